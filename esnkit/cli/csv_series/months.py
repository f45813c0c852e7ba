"""Names of months in the languages of most files."""

from __future__ import annotations

import re
import unicodedata

ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# In full and in short, without accents. What is written in another case of the noun stands beside.
_NAMES = """
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
jan feb mar apr may june july aug sept oct nov dec
januar februar marz april mai juni juli august september oktober november dezember
jan feb mrz apr mai jun jul aug sept okt nov dez
jan feb maerz apr mai jun jul aug sep okt nov dez
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
janv fevr mars avr mai juin juil aout sept oct nov dec
jan fev mar avr mai jun jul aou sep oct nov dec
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago sep oct nov dic
ene feb mar abr may jun jul ago setiembre oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
januari februari maart april mei juni juli augustus september oktober november december
jan feb mrt apr mei jun jul aug sep okt nov dec
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
jan fev mar abr mai jun jul ago set out nov dez
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
jan feb mar apr maj jun jul aug sep okt nov des
styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
sty lut mar kwi maj cze lip sie wrz paz lis gru
leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec
ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
oca sub mar nis may haz tem agu eyl eki kas ara
tammi helmi maalis huhti touko kesa heina elo syys loka marras joulu
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
янв фев мар апр май июн июл авг сен окт ноя дек
янв февр март апр май июнь июль авг сент окт нояб дек
январь февраль март апрель май июнь июль авг сент окт нояб дек
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
січ лют бер кві тра чер лип сер вер жов лис гру
січ лют бер квіт трав черв лип серп вер жовт лист груд
януари февруари март април май юни юли август септември октомври ноември декември
яну февр март апр май юни юли авг сеп окт ное дек
ιανουαριος φεβρουαριος μαρτιος απριλιος μαιος ιουνιος ιουλιος αυγουστος σεπτεμβριος
οκτωβριος νοεμβριος δεκεμβριος
ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου
οκτωβριου νοεμβριου δεκεμβριου
ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ
ιανουαριος φεβρουαριος μαρτ απριλιος μαι ιουν ιουλ αυγ σεπτ οκτωβριος νοε δεκ
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ian feb mar apr mai iun iul aug sept oct noi dec
januari februari maret april mei juni juli agustus september oktober november desember
jan feb mar apr mei jun jul agu sep okt nov des
januari februari mac april mei jun julai ogos september oktober november disember
jan feb mac apr mei jun jul ogo sep okt nov dis
januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december
jan febr marc apr maj jun jul aug szept okt nov dec
janner feber marz april mai juni juli august september oktober november dezember
jan feber mar apr mai jun jul aug sep okt nov dez
gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
gen febr marc abr maig juny jul ag set oct nov des
led uno bre dub kve cvn cvc srp zar rij lis pro
januar februar marec april maj jun jul august september oktober november december
januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra
januar februar marec april maj junij julij avgust september oktober november december
jan feb mar apr maj jun jul avg sep okt nov dec
jaanuar veebruar marts aprill mai juuni juuli august september oktoober november detsember
jaan veebr marts apr mai juuni juuli aug sept okt nov dets
janvaris februaris marts aprilis maijs junijs julijs augusts septembris oktobris novembris decembris
janv febr marts apr maijs jun jul aug sept okt nov dec
sausis vasaris kovas balandis geguze birzelis liepa rugpjutis rugsejis spalis lapkritis gruodis
saus vas kov bal geg birz liep rugp rugs spal lapkr gruod
sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio
januar februar mars april mai juni juli agust september oktober november desember
xaneiro febreiro marzo abril maio xuno xullo agosto setembro outubro novembro decembro
xan feb mar abr maio xuno xul ago set out nov dec
"""

# How the languages of these names are called in tables of the world's languages, for the tests.
LANGUAGES = [
    "en",
    "de",
    "de_AT",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "sv",
    "nb",
    "da",
    "pl",
    "cs",
    "tr",
    "fi",
    "ru",
    "uk",
    "bg",
    "el",
    "ro",
    "id",
    "ms",
    "hu",
    "ca",
    "et",
    "lv",
    "lt",
    "is",
    "gl",
    "sk",
    "sl",
]


def _without_accents(text: str) -> str:
    """Return letters without the marks on them; Polish and Turkish have letters of their own."""
    plain = unicodedata.normalize("NFKD", text.translate({0x142: "l", 0x131: "i"}))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", kept).replace("\u0438\u0306", "\u0439")


MONTHS = {_without_accents(name): place % 12 for place, name in enumerate(_NAMES.split())}


def month_of(word: str) -> int | None:
    """Return the number of a month, counted from zero, by its name in some language."""
    plain = _without_accents(word.lower().rstrip("."))
    return MONTHS.get(re.sub("kuu(ta|n)?$", "", plain))


def in_english(text: str) -> str:
    """Write names of months in text as their first three letters in English."""

    def translate(found: re.Match[str]) -> str:
        month = month_of(found[0])
        return found[0] if month is None else ENGLISH[month]

    return re.sub(r"(?:[^\W\d_]{3,}|\bag\b)\.?", translate, text)
