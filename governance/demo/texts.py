"""What the invented cooperative's meetings are about, in Swedish and English."""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.motions import Opinion

Texts = dict[str, str]

NAME = "Frilanskooperativet Ljungen"
REGISTRATION_NUMBER = "769699-0001"
PLACE = "Folkets hus, Umeå"
LINK = "https://mote.example.org/ljungen"

ANNUAL = {"sv": "Årsstämma %(year)s", "en": "Annual general meeting %(year)s"}
EXTRA = {"sv": "Extra stämma om verktygspoolen", "en": "Extra general meeting on the tool pool"}
AUTUMN = {"sv": "Extra stämma om nya sektioner", "en": "Extra general meeting on new sections"}


@dataclass(frozen=True)
class Matter:
    """A proposal of the board's."""

    title: Texts
    text: Texts
    majority: str = "ordinary"


@dataclass(frozen=True)
class Written:
    """A motion, the board's opinion, and how its clauses fare: for and against, in percent."""

    title: str
    text: str
    clauses: list[str]
    opinion: Opinion | None = None
    opinion_text: str = ""
    shares: list[tuple[int, int]] = field(default_factory=list)


CHARTER = Matter(
    {
        "sv": "Ändring av stadgarna: kallelse med e-post",
        "en": "Change of the bylaws: notice by e-mail",
    },
    {
        "sv": "Styrelsen föreslår att § 19 får lydelsen:\n\n> Kallelse sänds med e-post till den "
        "som har samtyckt till det, annars med post, tidigast sex och senast två veckor före "
        "stämman.",
        "en": "The board proposes that § 19 read:\n\n> Notice is sent by e-mail to those who have "
        "consented to it, otherwise by post, at the earliest six and at the latest two weeks "
        "before the meeting.",
    },
    majority="bylaws",
)
TOOL_POOL = Matter(
    {"sv": "En gemensam verktygspool", "en": "A shared pool of tools"},
    {
        "sv": "Styrelsen föreslår att stämman inrättar en verktygspool med **400 000 kronor** ur "
        "fjolårets överskott. Kameror, mätinstrument och licenser lånas av den som behöver dem, "
        "i mån av tillgång och i den ordning man anmält sig.",
        "en": "The board proposes that the meeting set up a pool of tools with **SEK 400,000** "
        "from last year's surplus. Cameras, instruments and licences are lent to whoever needs "
        "them, as available and in the order of asking.",
    },
)
BUDGET = Matter(
    {"sv": "Budget och medlemsavgift", "en": "Budget and membership fee"},
    {
        "sv": "Styrelsen föreslår oförändrad avgift, **600 kronor** om året, och budgeten enligt "
        "bilagan.",
        "en": "The board proposes an unchanged fee, **SEK 600** a year, and the budget as annexed.",
    },
)
SECTIONS = Matter(
    {"sv": "Sektioner i Finland och Ungern", "en": "Sections in Finland and Hungary"},
    {
        "sv": "Styrelsen vill bilda sektioner där minst fyrtio medlemmar bor.",
        "en": "The board wants to form sections where at least forty members live.",
    },
)

ADVANCE = Written(
    "Förskott på arvoden inom tio dagar",
    "Den som fakturerar genom kooperativet väntar i snitt 34 dagar på sina pengar. Reservfonden "
    "räcker för att betala ut tidigare:\n\n"
    "- 1 200 medlemmar, i snitt 1,4 fakturor i månaden\n"
    "- kundförluster under fem år: 0,3 procent\n",
    [
        "att kooperativet betalar ut 80 procent av ett fakturerat arvode inom tio dagar",
        "att styrelsen redovisar kundförlusterna vid nästa årsstämma",
    ],
    Opinion.ADOPT,
    "Reservfonden bär det. Vi vill se utfallet efter ett år.",
    [(66, 27), (90, 4)],
)
OFFICE = Written(
    "Sälj kontoret i Göteborg",
    "Kontoret används av i snitt sju personer om dagen och kostar 61 000 kronor i månaden.",
    ["att styrelsen får i uppdrag att sälja kontoret på Magasinsgatan"],
    Opinion.REJECT,
    "Hyresgästerna i huset är också medlemmar. Vi föreslår att frågan utreds.",
    [(38, 55)],
)
CLIMATE = Written(
    "Tåg före flyg på uppdrag i Norden",
    "Vi reser för uppdrag åt varandra. Tåget är framme samma dag till nästan alla orter.",
    [
        "att resor inom Norden som kooperativet betalar görs med tåg där det tar högst tio timmar",
        "att den som ändå flyger redovisar skälet",
    ],
    Opinion.ADOPT,
    "Vi har räknat på fjolårets resor: det blir billigare.",
)
MENTORS = Written(
    "Mentorer för nya medlemmar",
    "Av dem som lämnade under första året säger hälften att de aldrig lärde känna någon.",
    ["att varje ny medlem får en mentor under sina första sex månader"],
    Opinion.ANSWERED,
    "Arbetet har börjat: fyrtio medlemmar har anmält sig som mentorer.",
)
INSURANCE = Written(
    "Gemensam sjukavbrottsförsäkring",
    "En sjukdag kostar en frilans mer än en anställd. Tillsammans får vi en rimlig premie.",
    ["att styrelsen upphandlar en frivillig gruppförsäkring för sjukavbrott"],
    None,
)

COUNCIL: Texts = {"sv": "Val av etikråd", "en": "Election of the ethics council"}
CALL: Texts = {
    "sv": "Vi söker fem till styrelsen. Räkna med **ett möte i månaden** och en helg om hösten. "
    "Vi vill se fler än en bransch, och minst två som inte suttit förut.",
    "en": "We look for five for the board. Count on **a meeting a month** and a weekend in autumn. "
    "We want to see more than one trade, and at least two who have not sat before.",
}
NOMINATED = "Lyssnar, räknar rätt och kommer i tid."
PROPOSED: Texts = {
    "sv": "Vi har talat med alla som nominerats. Förslaget väger erfarenhet mot nya ögon.",
    "en": "We have talked with all who were nominated. The proposal weighs experience against "
    "new eyes.",
}
CANDIDATES: list[Texts] = [
    {
        "sv": "Jag fotograferar, och har suttit i styrelsen i två år.\n\n- lägre avgifter för nya\n"
        "- bokslut som går att läsa",
        "en": "I photograph, and have sat on the board for two years.\n\n- lower fees for the new\n"
        "- accounts that can be read",
    },
    {
        "sv": "Översättare från Luleå. Jag vill att vi *hörs av* mellan stämmorna.",
        "en": "A translator from Luleå. I want us to *hear from each other* between the meetings.",
    },
    {
        "sv": "Snickare med firma i tolv år. Jag kan läsa en balansräkning.",
        "en": "A carpenter with twelve years in business. I can read a balance sheet.",
    },
]

MINUTES_PROSE = {
    "reports": "Styrelsen gick igenom årsredovisningen och revisorn sin berättelse. "
    "Frågor om reservfonden besvarades.",
    "board": "Valberedningen föredrog sitt förslag. Inga andra kandidater nominerades.",
    "other": "Styrelsen berättade om höstens medlemsdagar.",
}
ADDENDUM = "I § 9 ska revisionsberättelsens datum vara den 14 mars, inte den 4 mars."
DISSENT = "Utbetalningen borde ha begränsats till hundra tusen kronor per medlem."
