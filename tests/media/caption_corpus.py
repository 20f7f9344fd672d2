"""Narrations in seventeen languages, with what makes captions hard, and when each word is spoken.

Written for this project: numbers with units, abbreviations, names with initials, quotes, long
compounds, addresses of web pages, sentences of one word and of many.
"""

import re
import unicodedata

from jobs.words import Word
from providers.tokens import units

# Characters of running speech a second, spaces counted and marks not: what voices of each
# language speak at an easy pace, rounded to halves.
_PACE = {
    **dict.fromkeys(("en", "de", "nl", "tr", "fr", "pt"), 15.0),
    **dict.fromkeys(("es", "it"), 16.0),
    **{"pl": 14.5, "ru": 14.0, "ar": 12.0, "he": 11.5, "hi": 12.0, "th": 11.0},
    **{"zh": 4.5, "ja": 6.5, "ko": 6.5},
}
_COMMA_S, _STOP_S = 0.2, 0.7
_STOPS, _COMMAS = ".!?。！？।؟…", ",;:、，；：،—–"


# A voice does not rest after these, though they end with a stop.
_NO_REST = re.compile(r"\W*(?!No\.)(\w\w?|Mrs|Dra|Mar|U\.S|e\.g|sig|डॉ|ए|के)\.")


def spoken(text: str, language: str) -> tuple[Word, ...]:
    """Each unit of a narration when an easy voice says it, with pauses at punctuation."""
    pace = _PACE[language]
    found = []
    clock = 0.0
    for unit in units(text):
        shown = text[unit.at : unit.end]
        heard = sum(unicodedata.category(c)[0] not in "MC" for c in shown)
        spaced = unit.at > 0 and text[unit.at - 1].isspace()
        length = max(0.08, (heard + spaced) / pace)
        found.append(Word(shown, round(clock, 3), round(clock + length, 3), unit.at))
        last = shown.rstrip("\"'”’»«“)）」』")[-1:]
        clock += length + (_STOP_S if last in _STOPS else _COMMA_S if last in _COMMAS else 0.0)
        if _NO_REST.fullmatch(shown):
            clock -= _STOP_S
    return tuple(found)


CORPUS = {
    "en": (
        "Twice a day the sea forgets these rocks. What stays behind must hold its breath for up "
        "to 6 hours, at 4 °C in winter and close to 30 °C in summer. Dr. J. R. Whitfield calls it "
        "“the longest night on the shore,” and she has counted more than 1,200 species here, from "
        "limpets to a sea anemone that is older than the pier. No. Not every animal survives. But "
        "the ones that do, e.g. the common limpet, return to the same spot each time. Read more "
        "at https://www.example.org/tide-pools/field-notes before the next tide on Mar. 14, 2026.",
        "It costs $4.50 per kWh-equivalent, according to Mrs. Adams of the U.S. Geological "
        "Survey. In 1969, the engineers at the laboratory in the valley had no idea that a "
        "message of just two letters would become the beginning of an industry, and the first "
        "thing that they did was to write the word down in a notebook with the time.",
    ),
    "de": (
        "Zweimal am Tag vergisst das Meer diese Felsen. Wer zurückbleibt, muss bis zu 6 Stunden "
        "den Atem anhalten, z. B. die Strandschnecke, deren Haus nur 2,5 cm misst. Dr. K. H. "
        "Brandt von der Bundesforschungsanstalt für Küstenschutz nennt es „die längste Nacht am "
        "Ufer“. Die Donaudampfschifffahrtsgesellschaft und die Wasserstraßenverkehrsordnung "
        "haben damit nichts zu tun, aber die Geschwindigkeitsbegrenzung von 12 km/h gilt auch in "
        "dem kleinen Hafen. Mehr unter www.beispiel.de/gezeiten. Am 3. Oktober 2026 kommt die "
        "nächste Springflut, und mit ihr kommen die Fische, die Vögel und ein paar Besucher.",
    ),
    "fr": (
        "Deux fois par jour, la mer oublie ces rochers. Ce qui reste doit retenir son souffle "
        "pendant 6 heures, à 4 °C en hiver et à près de 30 °C en été. « C'est la nuit la plus "
        "longue du rivage », dit Mme A. Lefèvre, qui a compté plus de 1 200 espèces dans les "
        "mares de la côte. L'anémone n'est pas une plante ; c'est un animal qui attend l'eau. "
        "Est-ce que tout le monde survit ? Non. Pour en savoir plus, il y a le site "
        "https://exemple.fr/marees, ou bien le musée de l'île, ouvert du mardi au dimanche.",
    ),
    "es": (
        "Dos veces al día el mar olvida estas rocas. Lo que queda atrás debe aguantar la "
        "respiración hasta 6 horas, a 4 °C en el invierno y a casi 30 °C en el verano. «Es la "
        "noche más larga de la costa», dice la Dra. M. L. Ortega, que ha contado más de 1.200 "
        "especies. ¿Sobreviven todas? No. ¡Pero las que lo logran vuelven siempre al mismo "
        "lugar! El Sr. Gómez lo explica en www.ejemplo.es/mareas, con los mapas de la bahía y "
        "con las fotografías de una tormenta que duró tres días y tres noches.",
    ),
    "pt": (
        "Duas vezes por dia o mar esquece estas rochas. O que fica para trás precisa de prender "
        "a respiração por até 6 horas, a 4 °C no inverno e a quase 30 °C no verão. “É a noite "
        "mais longa da praia”, diz a Dra. M. A. Sousa, que contou mais de 1.200 espécies nas "
        "poças da costa. Nem todas sobrevivem. Mas as que conseguem voltam sempre ao mesmo "
        "lugar, à espera da água. Saiba mais em www.exemplo.pt/mares, ou visite o museu da ilha.",
    ),
    "it": (
        "Due volte al giorno il mare dimentica queste rocce. Chi resta indietro deve trattenere "
        "il respiro fino a 6 ore, a 4 °C d'inverno e a quasi 30 °C d'estate. «È la notte più "
        "lunga della riva», dice la dott.ssa G. Bianchi, che nelle pozze della costa ha contato "
        "più di 1.200 specie. Sopravvivono tutte? No. Ma quelle che ce la fanno tornano sempre "
        "nello stesso posto, in attesa dell'acqua. Il sig. Rossi lo racconta su "
        "www.esempio.it/maree, con le mappe della baia e le fotografie di una tempesta.",
    ),
    "nl": (
        "Tweemaal per dag vergeet de zee deze rotsen. Wat achterblijft, moet tot wel 6 uur de "
        "adem inhouden, bij 4 °C in de winter en bijna 30 °C in de zomer. „Het is de langste "
        "nacht van de kust”, zegt dr. A. van den Berg, die meer dan 1.200 soorten heeft geteld. "
        "De arbeidsongeschiktheidsverzekering van de vissers betaalt het onderzoek. Overleeft "
        "alles? Nee. Maar wat het haalt, komt elke keer terug naar dezelfde plek, zie ook "
        "www.voorbeeld.nl/getijden voor een kaart van de baai en het eiland.",
    ),
    "pl": (
        "Dwa razy dziennie morze zapomina o tych skałach. To, co zostaje, musi wstrzymać oddech "
        "nawet na 6 godzin, w temperaturze 4 °C zimą i prawie 30 °C latem. „To najdłuższa noc na "
        "brzegu” – mówi dr J. K. Nowak, który naliczył ponad 1200 gatunków. Czy wszystkie "
        "przeżyją? Nie. Ale te, którym się uda, wracają zawsze w to samo miejsce i czekają na "
        "wodę. Więcej informacji jest na stronie www.przyklad.pl/plywy oraz w muzeum na wyspie.",
    ),
    "ru": (
        "Дважды в день море забывает эти скалы. Всё, что остаётся, должно задержать дыхание на "
        "6 часов, при 4 °C зимой и почти при 30 °C летом. «Это самая длинная ночь на берегу», — "
        "говорит доктор А. П. Соколов, который насчитал более 1200 видов. Выживают ли все? Нет. "
        "Но те, кому это удаётся, всегда возвращаются на то же место и ждут воды. Подробнее на "
        "сайте www.primer.ru/prilivy, где есть карты залива и достопримечательности острова.",
    ),
    "tr": (
        "Deniz günde iki kez bu kayaları unutur. Geride kalan her şey, kışın 4 °C ve yazın "
        "neredeyse 30 °C sıcaklıkta 6 saat boyunca nefesini tutmak zorundadır. “Bu, kıyının en "
        "uzun gecesi,” diyor Dr. A. K. Yılmaz, ki burada 1.200'den fazla tür saydı. Hepsi "
        "hayatta kalır mı? Hayır. Ama başarabilenler her seferinde aynı yere geri döner ve suyu "
        "bekler. Daha fazla bilgi için www.ornek.com.tr/gelgit adresine bakabilirsiniz.",
    ),
    "ar": (
        "مرتين في اليوم ينسى البحر هذه الصخور. وما يبقى خلفه يجب أن يحبس أنفاسه حتى 6 ساعات، في "
        "درجة حرارة 4 °C شتاءً ونحو 30 °C صيفًا. تقول الدكتورة ليلى حداد: «إنها أطول ليلة على "
        "الشاطئ»، وقد أحصت أكثر من 1200 نوع. هل ينجو الجميع؟ لا. لكن من ينجو يعود دائمًا إلى "
        "المكان نفسه في انتظار الماء. لمزيد من المعلومات زوروا www.example.org/tides قبل المد "
        "القادم في 14 مارس 2026.",
    ),
    "he": (
        "פעמיים ביום הים שוכח את הסלעים האלה. מה שנשאר מאחור חייב לעצור את נשימתו עד 6 שעות, "
        "ב־4 °C בחורף ובכמעט 30 °C בקיץ. ד״ר מ. לוי אומרת: ״זה הלילה הארוך ביותר על החוף״, "
        "והיא ספרה יותר מ־1,200 מינים. האם כולם שורדים? לא. אבל מי ששורד חוזר תמיד לאותו מקום "
        "ומחכה למים. פרטים נוספים באתר www.example.org/tides, לפני הגאות הבאה.",
    ),
    "hi": (
        "दिन में दो बार समुद्र इन चट्टानों को भूल जाता है। जो पीछे रह जाता है, उसे 6 घंटे तक "
        "साँस रोकनी "
        "पड़ती है, सर्दियों में 4 °C और गर्मियों में लगभग 30 °C पर। डॉ. ए. के. शर्मा कहते हैं, "
        "“यह तट की सबसे "
        "लंबी रात है,” और उन्होंने यहाँ 1,200 से अधिक प्रजातियाँ गिनी हैं। क्या सब बच जाते हैं? "
        "नहीं। लेकिन जो "
        "बचते हैं, वे हर बार उसी जगह लौटते हैं। अधिक जानकारी के लिए www.example.in/tides देखें।",
    ),
    "th": (
        "วันละสองครั้งทะเลจะลืมโขดหินเหล่านี้ สิ่งที่เหลืออยู่ต้องกลั้นหายใจนานถึง 6 ชั่วโมง "
        "ที่อุณหภูมิ 4 °C ในฤดูหนาว "
        "และเกือบ 30 °C ในฤดูร้อน ดร. สมชาย ใจดี เรียกมันว่า “คืนที่ยาวนานที่สุดบนชายฝั่ง” และเขา"
        "นับได้มากกว่า "
        "1,200 ชนิด ทุกตัวรอดหรือไม่ ไม่ใช่ แต่ตัวที่รอดจะกลับมาที่เดิมเสมอเพื่อรอน้ำขึ้นอีกครั้ง"
        "หนึ่ง "
        "อ่านเพิ่มเติมได้ที่ www.example.co.th/tides ก่อนน้ำขึ้นครั้งต่อไป",
    ),
    "zh": (
        "大海每天两次忘记这些岩石。留下来的生物必须屏住呼吸长达6个小时，冬天只有4 °C，夏天接近30 "
        "°C。"
        "王小明博士把它叫做“海岸上最长的夜晚”，他在这里数出了1,200多种动物。它们都能活下来吗？不能"
        "。"
        "但是活下来的那些每次都会回到同一个地方，等待潮水再次上涨。更多内容请访问"
        "www.example.cn/tides，或者参观岛上的海洋博物馆（周二至周日开放）。",
    ),
    "ja": (
        "海は一日に二度、これらの岩を忘れます。残されたものは最大6時間、冬は4 °C、夏は30 °C近い中で"
        "息を止めなければなりません。山田太郎博士はそれを「海辺でいちばん長い夜」と呼び、ここで1,"
        "200種以上の"
        "生き物を数えました。すべてが生き残るのでしょうか？いいえ。しかし、生き残ったものは必ず同"
        "じ場所に戻り、"
        "次の潮を待ちます。コミュニケーションとプログラミングについて、詳しくはwww.example.jp/tid"
        "esを"
        "ご覧ください。",
    ),
    "ko": (
        "바다는 하루에 두 번 이 바위들을 잊습니다. 남겨진 것들은 최대 6 시간 동안, 겨울에는 4 "
        "°C, 여름에는 "
        "거의 30 °C에서 숨을 참아야 합니다. 김민수 박사는 이것을 “해안에서 가장 긴 밤”이라고 "
        "부르며, "
        "이곳에서 1,200종이 넘는 생물을 세었습니다. 모두 살아남을까요? 아니요. 하지만 살아남은 "
        "것들은 언제나 "
        "같은 자리로 돌아와 다음 밀물을 기다립니다. 자세한 내용은 www.example.kr/tides 에서 볼 "
        "수 있습니다.",
    ),
}  # fmt: skip
