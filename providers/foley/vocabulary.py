"""Words with a role of their own in a query: silent ones, places, and colours of a sound.

English, French, Spanish and German, spelled as `matching.plain` spells: no accents or capitals.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words(
    """
    a an the and or of to for some any this that is are it its as one two three my your his her
    their sound sounds noise noises audio sfx fx effect effects sample clip recording foley
    background ambient ambience atmosphere loop please play playing hear heard hearing make making
    made going coming falling fall flying overhead approaching nearby away single short long brief
    sudden suddenly continuous constant steady nice beautiful pretty old new rusty ancient dark
    cold warm hot wet dry lonely eerie scary spooky creepy happy calm peaceful relaxing soothing
    dramatic cinematic epic realistic spring summer winter autumn evening morning night day
    daytime midnight season outside outdoor outdoors indoor indoors inside city town village
    street country countryside very really quite le la les l un une des du de d et son sons bruit
    bruits bruitage qui el los las una unos unas y del sonido sonidos ruido ruidos efecto der die
    das ein eine einen einer und vom von gerausch gerausche klang
    """
)
PREPOSITIONS = _words(
    """
    in on at with from under through over into by near during while against behind across around
    along upon above below between beside onto off beneath
    sur dans avec sous contre en con sobre bajo contra auf im am mit unter gegen uber
    """
)

DISTANT = _words("distant far faraway distance lointain lejano fern entfernt")
LOUD = _words("loud strong intense powerful violent fort forte fuerte laut stark hard")
SOFT = _words("soft softly quiet quietly gentle gently light faint slight leise suave")
FAST = _words("fast faster quick quickly rapid rapidly hurried rapide rapido schnell")
SLOW = _words("slow slowly slower lent lento langsam")
BIG = _words("big large huge giant massive enormous heavy deep gros grand grande")
SMALL = _words("small little tiny mini high petit petite pequeno klein")
MODIFIERS = DISTANT | LOUD | SOFT | FAST | SLOW | BIG | SMALL
