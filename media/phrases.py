"""Small words by language, for breaking lines where the sense allows."""

from functools import lru_cache


@lru_cache(maxsize=64)
def binding_words(language: str) -> frozenset[str]:
    """Words that belong to the next one, such as articles: no line ends with them. Lower case."""
    return frozenset(_ARTICLES.get(primary(language), "").split())


@lru_cache(maxsize=64)
def linking_words(language: str) -> frozenset[str]:
    """Conjunctions and prepositions: a line may well begin with them. Lower case."""
    return frozenset(_LINKS.get(primary(language), "").split())


def is_title(word: str) -> bool:
    """Whether a word, with or without its full stop, is a title that a name follows."""
    return word.lower().rstrip(".") in _TITLES


def is_before_number(word: str) -> bool:
    """Whether a word is the abbreviation of something that has a number: `No.`, `Mar.`."""
    return word.lower().rstrip(".") in _NUMBERED


def primary(language: str) -> str:
    """The first part of a BCP 47 tag, in lower case."""
    return language.lower().replace("_", "-").partition("-")[0]


# Languages in which a full stop after digits makes an ordinal: 3. Oktober.
_ORDINALS = "bs cs da de et fi fo hr hu is lb lv mk nb nn no pl sk sl sr sv tr"
ORDINAL_DOTS = frozenset(_ORDINALS.split())
_TITLE_LIST = (
    "mr mrs ms mx dr prof st rev hon gen capt sgt lt hr fr mme mlle mgr sr sra srta dra "
    "sig sig.ra dott dott.ssa ing avv dhr mevr ds drs doç д-р г-н г-жа "
    "ד״ר ד\"ר פרופ' פרופ׳ डॉ श्री श्रीमती प्रो ดร"
)
_TITLES = frozenset(_TITLE_LIST.split())
_NUMBERED_LIST = (
    "no nr núm nº art p pp vol fig kap ch jan feb mar apr jun jul aug sep sept oct "
    "nov dec ca approx tel § стр рис"
)
_NUMBERED = frozenset(_NUMBERED_LIST.split())

# Articles, possessives, negations; prepositions of a letter or two that no line may end with.
_ARTICLES = {
    "en": "a an the my your his her its our their this that these those no every each some any",
    "fr": (
        "le la les l' un une des du de d' à au aux mon ma mes ton ta tes son sa ses ce cet cette ne"
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer eines mein dein sein ihr unser kein "
        "keine keinen diese dieser dieses diesen am im zum zur vom"
    ),
    "es": "a el la los las un una unos unas lo de del al mi tu su mis tus sus este esta no",
    "it": (
        "il lo la i gli le un uno una l' di del dello della dei degli delle al allo alla ai agli "
        "alle nel nello nella nei nelle dal dalla sul sulla mio tuo suo non"
    ),
    "pt": "o a os as de um uma uns umas do da dos das no na nos nas ao à meu minha seu sua não",
    "nl": "de het een mijn jouw zijn haar ons hun dit dat deze die geen",
    "ar": "لا لم لن ما هذا هذه ذلك تلك في من إلى على عن",
    "sv": "en ett den det de min din sin",
    "pl": "ten ta to ci te mój twój nie w z i o a u we ze do na po",
    "cs": "ten ta to ti ty můj tvůj v z s k o a i u na do po",
    "sk": "ten tá to tí môj tvoj v z s k o a i u na do po",
    "ru": "в с к о у и а не во со ко на по от до",
    "uk": "в у з і й о а не на по від до",
    "he": "את של",
}

# Words that open a phrase.
_LINKS = {
    "en": (
        "and or but nor so yet because although while when where which who that if than as of "
        "in on at by for from with without to into onto over under after before through "
        "between during until since about against across along behind beyond like near toward "
        "upon within"
    ),
    "fr": (
        "et ou mais donc or ni car que qui quand où si comme à en dans par pour sur sous avec "
        "sans chez vers entre pendant depuis avant après contre dont lorsque puisque"
    ),
    "de": (
        "und oder aber denn sondern weil dass ob wenn als wie obwohl während in an auf aus "
        "bei mit nach von zu vor für gegen ohne um durch über unter zwischen bis seit im am "
        "zum zur vom"
    ),
    "es": (
        "y e o u pero sino porque que si cuando donde como aunque mientras a ante bajo con "
        "contra de desde en entre hacia hasta para por según sin sobre tras"
    ),
    "it": (
        "e ed o ma perché che se quando dove come mentre anche a ad da di in con su per tra "
        "fra senza verso sotto sopra dopo prima contro"
    ),
    "pt": (
        "e ou mas porque que se quando onde como embora enquanto a ante até com contra de "
        "desde em entre para por sem sob sobre após"
    ),
    "nl": (
        "en of maar want omdat dat als toen wanneer waar hoewel terwijl in op aan uit bij met "
        "naar van voor tegen zonder om door over onder tussen tot sinds"
    ),
    "sv": (
        "och eller men för att om när där som medan i på av till från med utan över under mellan"
    ),
    "pl": (
        "i oraz lub ale że gdy kiedy gdzie jak bo w we na z ze do od dla po przy przez pod "
        "nad bez o"
    ),
    "ru": (
        "и или но а что чтобы если когда где как потому в во на с со к ко от до из у о об за "
        "под над при без для через между перед"
    ),
    "uk": (
        "і й та або але а що щоб якщо коли де як в у на з із до від за під над при без для через"
    ),
    "ar": "و أو ثم لكن أن إن إذا عندما حيث التي الذي في من إلى على عن مع بين منذ حتى بعد قبل",
    "he": "ו או אבל כי אם כאשר של על אל מן עם בין עד לפני אחרי",
    "tr": "ve veya ama çünkü eğer ile için gibi kadar",
    "id": "dan atau tetapi karena jika ketika yang di ke dari pada untuk dengan oleh",
    "vi": "và hoặc nhưng vì nếu khi mà của ở trong trên dưới với cho từ đến",
    "hi": "और या लेकिन क्योंकि अगर जब कि जो",
}
