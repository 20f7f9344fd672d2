"""Words people use for music: moods, instruments, tempo, things to leave out.

Plain lower-case words without accents; `reading` reduces a prompt the same way. English first,
with the common words of French, Spanish, German, Italian and Portuguese.
"""

MOOD_WORDS = {
    "calm": "calm calming peaceful quiet gentle serene relaxing relaxed relax tranquil soothing "
    "soft mellow slow meditation meditative zen spa yoga nature tender warm minimal patient "
    "calme doux douce paisible tranquilo tranquila suave sereno ruhig sanft entspannt calmo pacato",
    "curious": "curious curiosity inquisitive wonder wondering discovery discover exploring "
    "explore quirky investigative science scientific documentary educational explainer thoughtful "
    "curieux curieuse curioso curiosa neugierig learning museum",
    "happy": "happy cheerful joyful joy sunny bright merry glad feelgood smiling carefree "
    "summer summery travel vlog lighthearted positive good-mood "
    "joyeux joyeuse heureux heureuse feliz alegre "
    "frohlich glucklich heiter allegro felice holiday vacation",
    "inspiring": "inspiring inspirational inspiration uplifting uplift hopeful hope corporate "
    "business motivational motivating motivation optimistic optimism success startup technology "
    "tech innovation presentation company brand product commercial advert confident modern "
    "inspirant edifiant entreprise inspirador esperanza inspirierend hoffnungsvoll",
    "sad": "sad sadness melancholic melancholy melancholia sorrow sorrowful grief mourning lonely "
    "loneliness nostalgic nostalgia bittersweet emotional heartbreak tragic regret wistful rain "
    "triste melancolique melancolico melancolica traurig melancholisch malinconico tears farewell",
    "epic": "epic cinematic trailer orchestral blockbuster massive grand grandiose powerful "
    "battle war warrior legendary mighty dramatic hollywood colossal "
    "epique epico epica episch dramatisch dramatique fantasy",
    "tense": "tense tension suspense suspenseful thriller anxious nervous urgent chase crime "
    "detective investigation countdown danger dangerous pressure uneasy conspiracy "
    "tendu suspenso tenso spannend spannung breaking news",
    "playful": "playful fun funny comedy comic comical silly cartoon children kids childlike "
    "bouncy whimsical goofy cute humorous pets puppy mischievous cheeky circus "
    "ludique drole amusant divertido juguetona verspielt lustig infantil",
    "ambient": "ambient dreamy dream dreamlike ethereal atmospheric atmosphere floating space "
    "cosmic underwater ocean drone soundscape airy celestial heavenly drifting sleep hypnotic "
    "reveur etereo atmospherique traumerisch spharisch sonador vaporous stars galaxy",
    "electronic": "electronic edm techno dance club trance party rave electro disco pulsing "
    "synthpop futuristic fashion electronique electronica elektronisch tanz fiesta",
    "jazzy": "jazzy jazz lounge swing bebop bar cocktail smooth sophisticated cabaret noir blues "
    "bluesy elegant cafe restaurant ragtime",
    "lo-fi": "lofi lo-fi chill chillhop chillout hiphop hip-hop study studying downtempo laidback "
    "vinyl rainy cozy cosy trap rap relajado",
    "folk": "folk folky acoustic country rustic campfire indie singer-songwriter bluegrass celtic "
    "irish americana western rural farm pastoral organic homemade acoustique acustica akustisch "
    "countryside handmade",
    "dark": "dark horror scary creepy haunted haunting sinister eerie evil ghost ghostly nightmare "
    "ominous gloomy menacing macabre halloween monster terror terrifying doom "
    "sombre horreur effrayant oscuro oscura terrorifico dunkel unheimlich duster gruselig",
    "romantic": "romantic romance love loving wedding valentine passionate intimate sentimental "
    "lovers kiss affectionate romantique amour romantico romantica amor romantisch liebe hochzeit "
    "mariage boda",
    "world": "worldmusic ethnic oriental arabic arabian "
    "middle-eastern desert persian turkish moroccan "
    "indian india egyptian bazaar caravan tribal exotic flamenco balkan orientalisch oriental "
    "africa african",
    "latin": "latin bossa bossa-nova samba brazilian brazil salsa cuban tropical beach caribbean "
    "rio mambo rumba latino latina carnival",
    "funky": "funky funk groovy groove soul soulful rnb r&b motown seventies cool strut sassy "
    "urban streetwise heist",
    "lullaby": "lullaby bedtime baby cradle nursery sleepy goodnight fairytale fairy berceuse "
    "nana schlaflied wiegenlied marchen innocent innocence storybook",
    "festive": "festive christmas xmas celebration celebrate celebratory birthday new-year "
    "jolly santa sleigh noel navidad weihnachten weihnachtlich festlich festif festivo",
    "triumphant": "triumphant triumph victory victorious heroic hero glorious glory majestic "
    "majesty noble royal fanfare anthem anthemic patriotic olympic sports adventure adventurous "
    "triomphal triunfal heroico heldenhaft siegreich abenteuer aventure aventura ceremony pride",
    "mysterious": "mysterious mystery mystic mystical enigmatic magic magical enchanted secret "
    "strange puzzling fog forest moonlight ancient mysterieux misterioso misteriosa "
    "geheimnisvoll mystisch magique magico",
    "synthwave": "synthwave retro retrowave eighties 80s neon cyberpunk vaporwave outrun arcade "
    "analog nostalgia-80s cyber vhs",
    "energetic": "energetic energy rock upbeat driving fast action sport workout punchy extreme "
    "powerpop exciting excited hype racing punk gym energique energico energetisch dynamic "
    "dynamique lively vivid adrenaline",
}

# A genre says who plays what, a feeling how.
GENRES = frozenset(
    {
        "epic", "ambient", "electronic", "jazzy", "lo-fi", "folk", "world", "latin", "funky",
        "lullaby", "festive", "synthwave",
    }
)  # fmt: skip
GENRE_WEIGHT = 1.6

# Longest phrases first where one contains another; a match is taken out of the prompt.
INSTRUMENT_WORDS = {
    "electric piano": "electric piano|rhodes|wurlitzer|e-piano|piano electrique|piano electrico",
    "felt piano": "felt piano|soft piano|upright piano",
    "music box": "music box|musicbox|boite a musique|caja de musica|spieluhr",
    "nylon guitar": "nylon guitar|classical guitar|spanish guitar|guitarra espanola",
    "electric guitar": "electric guitar|electric guitars|e-guitar|guitare electrique|"
    "guitarra electrica|e-gitarre",
    "acoustic guitar": "acoustic guitar|acoustic guitars|steel guitar|guitar|guitars|guitare|"
    "guitarra|gitarre|chitarra|violao|banjo|mandolin",
    "ukulele": "ukulele|uke|ukelele",
    "harp": "harp|harps|harpe|arpa|harfe",
    "pizzicato": "pizzicato strings|pizzicato|plucked strings",
    "tremolo strings": "tremolo strings|tremolo",
    "spiccato": "spiccato strings|spiccato|staccato strings|staccato",
    "low strings": "low strings|basses",
    "double bass": "double bass|upright bass|contrabass|acoustic bass|contrebasse|contrabajo|"
    "kontrabass",
    "synth bass": "synth bass|bass synth",
    "sub bass": "sub bass|808",
    "bass guitar": "bass guitar|electric bass|bass|basse|bajo",
    "synth lead": "synth lead|lead synth",
    "synth pluck": "synth pluck|synth arpeggio|synth arp|arpeggiator|arpeggio|arpeggios",
    "synth pad": "synth pad|synthesizer|synthesizers|synthesiser|synth|synths|synthe|"
    "sintetizador|sintetizadores|analog synth",
    "glass pad": "glass pad|glass|glassy pad",
    "warm pad": "warm pad|pad|pads|warm pads|nappes",
    "choir": "choir|choirs|chorus|voices|vocals|vocal|voice pad|choeur|coro|chor",
    "violin": "violin|violins|fiddle|violon|violons|violino|geige|solo violin",
    "cello": "cello|cellos|violoncello|violoncelle|violonchelo|viola",
    "strings": "strings|string|string section|string quartet|cordes|cuerdas|streicher|archi|"
    "orchestra|orchestre|orquesta|orchester|symphonic",
    "flute": "flute|flutes|flauta|flote|pan flute|recorder|shakuhachi|duduk",
    "clarinet": "clarinet|clarinets|clarinette|clarinete|klarinette|oboe|bassoon|woodwinds|"
    "woodwind",
    "whistle": "whistle|whistling|tin whistle|sifflet|silbido|pfeifen|ocarina",
    "muted trumpet": "muted trumpet|flugelhorn",
    "trumpet": "trumpet|trumpets|brass|trompette|trompeta|trompete|cuivres|metales|sax|saxophone",
    "horn": "french horn|horn|horns|cor|trompa|trombone|tuba",
    "accordion": "accordion|accordeon|acordeon|akkordeon|musette|harmonica|bandoneon",
    "organ": "organ|orgue|organo|orgel|hammond",
    "harpsichord": "harpsichord|clavecin|clave|cembalo",
    "glockenspiel": "glockenspiel|bells|bell|chimes|cloches|clochettes|campanas|glocken|"
    "campanelli|sinos",
    "tubular bells": "tubular bells|church bells|church bell",
    "celesta": "celesta|celeste",
    "vibraphone": "vibraphone|vibes|vibrafono|vibraphon",
    "marimba": "marimba|xylophone|balafon",
    "kalimba": "kalimba|mbira|thumb piano|handpan|hang drum|steelpan|steel drum|steel drums",
    "lute": "lute|oud|sitar|saz|koto|bouzouki",
    "piano": "grand piano|piano|pianos|klavier|pianoforte|keys|keyboard|keyboards",
}

DRUM_WORDS = (
    "drums|drum|drumming|percussion|percussions|beat|beats|batterie|percusion|bateria|"
    "schlagzeug|trommeln|drum kit|tambours|tambores|taiko|congas|bongos|shaker|tambourine|bateria"
)
MELODY_WORDS = "melody|lead|melodie|melodia|tune|lead melody"
NO_WORDS = "no|without|sans|sin|ohne|senza|sem|kein|keine|zero|minus|not"
ONLY_WORDS = "solo|only|alone|seul|seule|nur|unaccompanied"
FASTER_WORDS = (
    "fast|faster|quick|brisk|upbeat|rapid|rapide|vite|rapido|schnell|veloce|up-tempo|uptempo|"
    "energetic|driving"
)
SLOWER_WORDS = "slow|slower|slowly|lent|lento|langsam|lenta|downtempo|adagio"
SOFTER_WORDS = (
    "soft|softly|gentle|quiet|subtle|light|delicate|minimal|understated|tender|doux|suave|leise|"
    "background|unobtrusive"
)
LOUDER_WORDS = "powerful|intense|strong|huge|loud|energetic|big|driving|massive"
# Words that shade a mood more than they name one.
SHADES = "|".join((FASTER_WORDS, SLOWER_WORDS, SOFTER_WORDS, LOUDER_WORDS))
SHADE_WEIGHT = 0.4

# Written in several ways, or meaning together what the words alone do not.
PHRASES = (
    ("lo fi", "lo-fi"),
    ("hip hop", "hip-hop"),
    ("house music", "techno"),
    ("deep house", "techno"),
    ("world music", "worldmusic"),
    ("dark ambient", "dark ominous"),
    ("feel good", "feelgood"),
    ("feel-good", "feelgood"),
    ("bossa nova", "bossa"),
    ("middle eastern", "arabic"),
    ("new year", "new-year"),
    ("laid back", "laidback"),
    ("laid-back", "laidback"),
    ("rock and roll", "rock"),
    ("drum and bass", "drum techno"),
    ("up tempo", "uptempo"),
)
