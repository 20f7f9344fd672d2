"""What words mean for a picture: its light, colours, mood and subject, in several languages.

Each table maps a meaning to its words. English is widest; French,
Spanish, German, Arabic and Chinese cover the commonest words of scenery.
"""

from functools import cache

from providers.artist.words import content_words, folded, is_unspaced, stems

Table = tuple[tuple[str, str], ...]


def _table(**meanings: str) -> Table:
    return tuple(meanings.items())


LIGHTS = _table(
    dawn=(
        "dawn sunrise daybreak morning aube matin amanecer alba manana morgen morgengrauen "
        "فجر صباح شروق 黎明 早晨 日出 clair sunup breakfast awakening"
    ),
    sunset=(
        "sunset golden sundown evening coucher atardecer ocaso abend sonnenuntergang غروب "
        "مساء 日落 夕阳 傍晚 warm warmth romance romantic"
    ),
    dusk="dusk twilight crepuscule crepusculo anochecer dammerung 黄昏 暮色",
    night=(
        "night midnight moon moonlight nocturnal dark darkness star stars starry lune nuit "
        "etoile etoiles noche luna estrella nacht mond stern sterne mitternacht ليل ليلة "
        "قمر نجم نجوم 夜 月 星 milky"
    ),
    day=(
        "day noon midday sunny sun summer sky soleil ete midi ciel jour sol dia verano "
        "cielo sonne sommer himmel mittag شمس سماء صيف نهار 太阳 阳光 天空 白天 夏 holiday "
        "vacation"
    ),
    storm=("storm thunder lightning tempest hurricane orage tormenta sturm gewitter عاصفة 暴风 雷"),
    grey=(
        "rain rainy fog foggy mist misty cloudy overcast drizzle pluie brume nuage lluvia "
        "niebla regen nebel مطر ضباب 雨 雾"
    ),
    forest=(
        "forest wood woods jungle tree trees green leaf leaves nature garden moss foret "
        "arbre bosque selva arbol wald baum غابة شجرة 森林 树 plant plants rainforest "
        "meadow grass"
    ),
    autumn="autumn foliage harvest automne otono herbst خريف 秋 november october pumpkin",
    winter=(
        "winter snow ice frost glacier cold arctic hiver neige glace invierno nieve hielo "
        "schnee eis kalt شتاء ثلج 冬 雪 冰 christmas snowy frozen polar"
    ),
    spring=(
        "spring blossom bloom flower flowers cherry printemps fleur primavera flor fruhling "
        "blume ربيع زهرة 春 花 petal tulip"
    ),
    ocean=(
        "sea ocean water wave waves underwater reef lagoon tide mer oceane vague eau mar "
        "oceano ola agua meer ozean welle wasser بحر محيط ماء 海 海洋 水 lake river lac "
        "lago fluss fish whale coral anemone aquatic marine beach coast shore island plage "
        "playa costa strand شاطئ 海滩 sailing diving seabed"
    ),
    desert=("desert dune dunes sand sahara canyon wuste arena صحراء رمل 沙漠 沙 mesa savanna"),
    fire=(
        "fire flame flames ember embers lava volcano burn burning candle feu flamme fuego "
        "llama feuer نار 火 campfire hearth forge"
    ),
    space=(
        "space galaxy nebula cosmos cosmic universe planet orbit astronaut espace galaxie "
        "espacio weltraum universum فضاء كون 宇宙 太空 银河 星系 asteroid comet telescope "
        "interstellar"
    ),
    neon="neon cyberpunk synthwave retrowave vaporwave arcade eighties cyber nightclub",
    technology=(
        "technology data digital network computer code algorithm software internet ai "
        "artificial intelligence server machine robot tech technologie donnees datos "
        "tecnologia daten تكنولوجيا بيانات 数据 科技 技术 quantum chip circuit blockchain"
    ),
    parchment=(
        "story tale book history historic ancient old myth legend memory memories museum "
        "century histoire livre historia libro geschichte buch قصة كتاب 故事 书 历史 "
        "archive tradition"
    ),
    stage=(
        "music song melody rhythm jazz symphony concert orchestra dance podcast audio "
        "musique musica musik موسيقى 音乐 piano guitar violin stage"
    ),
    life=(
        "biology cell cells bacteria virus microscope dna blood medicine medical organism "
        "heart health cellule celula zelle خلية 细胞 病毒 brain neuron molecule protein"
    ),
    festive=(
        "party celebration festival birthday wedding christmas carnival fireworks fiesta "
        "fete fest gala love romance wine"
    ),
    aurora="aurora borealis northern polarlicht boreale شفق 极光",
)

SUBJECTS = _table(
    mountains=(
        "mountain mountains peak peaks summit alps himalaya cliff climb hiking ridge valley "
        "highland montagne montagnes sommet montana cumbre berg berge gipfel جبل جبال 山 "
        "山脉 高山 volcano"
    ),
    lake="lake lakes reflection pond fjord lac lago teich بحيرة 湖",
    hills=(
        "hill hills meadow field fields farm pasture countryside grass village prairie "
        "colline champ colina campo hugel wiese feld حقل تل 田 草原 丘 road path journey "
        "travel agriculture wheat vineyard"
    ),
    sea=(
        "sea ocean wave waves horizon sail sailing boat ship harbor surf mer oceane mar "
        "oceano ola meer ozean welle bahr بحر محيط 海 海洋 波浪 marine water eau agua "
        "wasser ماء 水"
    ),
    shore=(
        "beach shore coast tide tides coastline island plage cote rivage playa costa strand "
        "kuste شاطئ 海滩 海岸 沙滩 seashell lagoon"
    ),
    underwater=(
        "underwater reef coral fish fishes whale dolphin shark jellyfish anemone kelp "
        "diving diver submarine seabed poisson pez fisch سمك 鱼 海底 seaweed pool "
        "pools crab plankton octopus turtle"
    ),
    clouds=(
        "cloud clouds sky air wind breath flying flight heaven airplane bird birds wing "
        "wings ciel nuage cielo nube himmel wolke سماء غيم 天空 云 sunrise sunset airport"
    ),
    stars=(
        "star stars starry night milky constellation astronomy moon etoile etoiles nuit "
        "estrella noche stern sterne sternenhimmel nacht نجم نجوم ليل 星 星空 夜 telescope"
    ),
    aurora="aurora borealis polarlicht boreale northern شفق 极光",
    forest=(
        "forest woods wood jungle tree trees grove rainforest trail foret bosque selva "
        "arbol arbre wald baum غابة شجرة 森林 树 树林 nature deer"
    ),
    pines=(
        "pine pines fir firs conifer spruce taiga evergreen boreal pino sapin kiefer tanne 松 松树"
    ),
    fog="fog mist foggy misty haze brume niebla nebel brouillard ضباب 雾",
    snow=(
        "snow snowy winter ice frost blizzard snowflake christmas arctic glacier neige "
        "hiver nieve invierno schnee ثلج شتاء 雪 冬"
    ),
    city=(
        "city cities town skyline street urban building buildings skyscraper downtown "
        "metropolis traffic office ville rue ciudad calle stadt strasse مدينة شارع 城市 街 "
        "都市 architecture apartment"
    ),
    space=(
        "space planet planets orbit astronaut rocket satellite mars jupiter saturn earth "
        "world espace planete planeta espacio weltraum erde welt فضاء كوكب 宇宙 行星 太空 "
        "地球 asteroid global spaceship"
    ),
    nebula=(
        "nebula galaxy galaxies cosmos cosmic universe supernova galaxie galaxia universum "
        "كون مجرة 银河 星系 星云 infinity blackhole bigbang"
    ),
    dunes=(
        "desert dune dunes sand sahara camel oasis pyramid egypt wuste desierto صحراء رمل 沙漠 沙"
    ),
    rain=(
        "rain rainy raindrop raindrops drizzle umbrella window storm pluie lluvia regen مطر "
        "雨 thunder monsoon melancholy tears"
    ),
    fire=(
        "fire flame flames ember embers campfire burn burning blaze lava inferno candle feu "
        "fuego feuer flamme نار 火 火焰 forge spark sparks"
    ),
    flowers=(
        "flower flowers blossom bloom petal petals tulip daisy poppy orchid bouquet spring "
        "bee bees butterfly pollen fleur flor flores blume blumen زهرة زهور 花 花朵 garden "
        "sunflower cherry lotus"
    ),
    leaves=(
        "leaf leaves plant plants botanical fern foliage autumn herb vine feuille hoja "
        "blatt ورقة نبات 叶 植物 herbs tea eco ecology photosynthesis"
    ),
    network=(
        "network ai neural intelligence connection connections internet blockchain "
        "community social brain neuron neurons communication reseau netzwerk شبكة 网络 "
        "人工智能"
    ),
    data=(
        "data computer digital code algorithm software technology chip processor quantum "
        "robot machine server tech donnees datos daten statistics analytics signal بيانات "
        "数据 科技 电脑 cybersecurity startup"
    ),
    grid=("neon synthwave retrowave cyberpunk vaporwave arcade eighties retro gaming game cyber"),
    cells=(
        "cell cells biology bacteria virus microscope dna blood medicine organism health "
        "protein molecule science cellule celula zelle خلية 细胞 病毒 immune vaccine embryo "
        "chemistry"
    ),
    ribbons=(
        "music song melody sound rhythm silk flow dance jazz symphony musique musica musik "
        "موسيقى 音乐 voice audio podcast fashion"
    ),
    bokeh=(
        "party celebration festival lights holiday wedding birthday magic dream love "
        "romance fiesta fest fete joy gala cozy coffee cafe restaurant"
    ),
    paper=(
        "story tale book history myth legend paper origami craft chapter libro livre buch "
        "كتاب 书 adventure childhood fairy"
    ),
    contours=(
        "map topography geography explore exploration terrain survey carte mapa karte خريطة "
        "地图 strategy plan navigation"
    ),
    shapes=(
        "design business growth market money finance economy graphic modern art geometry "
        "architecture geometric minimal bauhaus chart company product education school "
        "learning revenue sales profit percent quarter quarterly invest investment bank "
        "price customer brand marketing budget argent geld dinero"
    ),
)

COLOURS = _table(
    red="red crimson scarlet ruby rouge rojo roja rot أحمر 红",
    orange="orange amber naranja برتقالي 橙",
    gold="gold golden honey dore oro dorado ذهبي 金",
    yellow="yellow lemon jaune amarillo amarilla gelb أصفر 黄色",
    green="green emerald jade olive vert verde grun أخضر 绿",
    turquoise="turquoise teal cyan aqua turquesa turkis فيروزي 青色",
    blue="blue azure navy sapphire indigo cobalt bleu bleue azul blau أزرق 蓝",
    violet=("violet purple lavender lilac mauve amethyst violette morado purpura lila بنفسجي 紫"),
    pink="pink magenta fuchsia blush rose rosa وردي 粉",
    brown="brown chocolate coffee sepia copper bronze marron braun بني 棕",
    white="white ivory cream blanc blanche blanco weiss أبيض 白色",
    black="black noir negro negra schwarz أسود 黑色",
    silver="silver grey gray platinum argent plata silber فضي 银色",
)

MOODS = _table(
    calm=(
        "calm peaceful soft gentle quiet serene tranquil still slow meditation pastel calme "
        "doux tranquilo sanft ruhig هادئ 平静 dream dreamy breath"
    ),
    dark=(
        "dark mysterious gloomy ominous fear horror mystery sombre oscuro dunkel ظلام 黑暗 "
        "noir haunted abyss"
    ),
    vivid=(
        "vibrant vivid bright energetic happy joy joyful festival party celebration "
        "colorful colourful exciting bold electric vif alegre frohlich"
    ),
)


def find(prompt: str, table: Table) -> tuple[str, ...]:
    """Meanings whose words occur in the prompt, in the order they occur, each once."""
    return tuple(dict.fromkeys(meaning for meaning, _ in found(prompt, table)))


def found(prompt: str, table: Table) -> tuple[tuple[str, str], ...]:
    """(meaning, word) for every known word of the prompt, in the order of the prompt."""
    index = _indexed(table)
    hits: list[tuple[str, str]] = []
    for word in content_words(prompt):
        if is_unspaced(word):
            inside = sorted(
                (word.find(key), key) for key in index if is_unspaced(key) and key in word
            )
            hits += [(meaning, key) for _, key in inside for meaning in index[key]]
            continue
        known = next((form for form in stems(word) if form in index), None)
        if known is not None:
            hits += [(meaning, known) for meaning in index[known]]
    return tuple(hits)


@cache
def _indexed(table: Table) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for meaning, words in table:
        for word in folded(words).split():
            index[word] = (*index.get(word, ()), meaning)
    return index
