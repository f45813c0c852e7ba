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
"""


def _without_accents(text: str) -> str:
    """Return letters without the marks on them; Polish and Turkish have letters of their own."""
    plain = unicodedata.normalize("NFKD", text.translate({0x142: "l", 0x131: "i"}))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", kept).replace("\u0438\u0306", "\u0439")


MONTHS = {
    _without_accents(name): place
    for line in _NAMES.strip().split("\n")
    for place, name in enumerate(line.split())
}


def month_of(word: str) -> int | None:
    """Return the number of a month, counted from zero, by its name in some language."""
    return MONTHS.get(_without_accents(word.lower().rstrip(".")).removesuffix("kuu"))


def in_english(text: str) -> str:
    """Write names of months in text as their first three letters in English."""

    def translate(found: re.Match[str]) -> str:
        month = month_of(found[0])
        return found[0] if month is None else ENGLISH[month]

    return re.sub(r"[^\W\d_]{3,}\.?", translate, text)
