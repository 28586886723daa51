"""Questions of all kinds, as people ask them, about the sample articles, and what is right for each.

They are asked on 25 October 2025, unless another day is given. Right is a quote that holds some words, a list
of stories that holds some headlines (or a quote that holds the words), or that nothing is reported.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the day on which it is asked, and what is right: one of the `quotes`, or all of the
    `stories`.

    Without either, it is right that nothing is reported. The words of a headline stand for it.
    """

    question: str
    quotes: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    day: str = "2025-10-25"


def _quoted(*cases: tuple[str, ...]) -> list[Case]:
    """Return cases of a question and words, one of which has to be in a quote."""
    return [Case(question, quotes=words) for question, *rest in cases if (words := tuple(rest))]


def _listed(*cases: tuple[str, ...]) -> list[Case]:
    """Return cases of a question and words of headlines, all of which have to be in the list."""
    return [Case(question, stories=words) for question, *rest in cases if (words := tuple(rest))]


def _listed_on(day: str, *cases: tuple[str, ...]) -> list[Case]:
    return [Case(question, stories=words, day=day) for question, *rest in cases if (words := tuple(rest))]


def _unreported(*questions: str) -> list[Case]:
    return [Case(question) for question in questions]


OVERVIEWS = [
    *_listed(
        ("what happened this week?", "Louvre reopens", "Thieves steal"),
        ("what did i miss this week", "Louvre reopens", "Thieves steal"),
        ("What's new?", "Louvre reopens"),
        ("news", "Louvre reopens"),
        ("latest news", "Louvre reopens"),
        ("top stories of the week", "Louvre reopens"),
        ("catch me up", "Louvre reopens"),
        ("whats going on in the world", "Louvre reopens"),
        ("headlines please", "Louvre reopens"),
        ("Give me a summary of this week's news", "Louvre reopens", "Thieves steal"),
        ("what was in the news last weekend", "Thieves steal"),
        ("what happened on 8 December 2024?", "Rebels enter Damascus", "First Mass"),
        ("news of April 2025", "Trump announces tariffs", "Blackout", "McIlroy", "Carney"),
        ("what happened in July 2024", "Spain beat England", "CrowdStrike", "Starmer"),
        ("recap november 2024", "Trump defeats", "Baku", "Australia"),
        ("What were the main stories in May 2025?", "Leo XIV", "Paris Saint-Germain"),
        ("what happened between 26 and 30 april 2025", "Blackout", "Carney", "North Korea admits"),
        ("summarize october 2024", "Valencia", "Han Kang", "Starship"),
        ("what happened since september", "Louvre reopens", "Thieves steal"),
        ("any important news in march 2025?", "Myanmar", "Anora"),
    ),
    *_listed_on(
        "2025-04-29T20:00",
        ("what happened today?", "Carney"),
        ("what happened yesterday", "Blackout", "North Korea admits"),
        ("what did I miss since sunday?", "Carney", "Blackout"),
        ("today's headlines", "Carney"),
        ("anything important happen yesterday", "Blackout"),
    ),
    *_listed_on(
        "2024-12-09T08:00",
        ("what happened over the weekend", "Rebels enter Damascus", "Notre-Dame"),
        ("what did i miss yesterday?", "Rebels enter Damascus", "Assad"),
        ("Any news since saturday?", "Notre-Dame"),
        ("top headlines this week", "Damascus", "Bitcoin", "martial law"),
        ("bring me up to date", "Damascus"),
    ),
    Case("what happened today?", day="2025-10-25"),
    Case("any news today", day="2024-05-05"),
    Case("what did i miss this week", day="2025-08-20"),
]
TOPICS = _listed(
    ("news on Ukraine", "Kim Jong Un"),
    ("any news on north korea?", "Kim Jong Un", "North Korea admits"),
    ("latest on the tariffs", "Trump announces tariffs"),
    ("summarize the news about boeing", "Boeing test flight"),
    ("What is the latest on the Louvre robbery?", "Louvre reopens", "Thieves steal"),
    ("tell me about the louvre heist", "Thieves steal"),
    ("what's going on in syria", "Assad"),
    ("news about the pope", "Leo XIV"),
    ("updates on crowdstrike", "CrowdStrike blames", "Faulty CrowdStrike"),
    ("climate news", "warmest year", "Baku"),
    ("What's new with bitcoin?", "Bitcoin"),
    ("south korea news", "Yoon"),
    ("news from germany", "Merz"),
    ("any update on the astronauts?", "Wilmore"),
    ("give me news about notre-dame", "Notre-Dame"),
    ("recap of the us election", "Trump defeats"),
    ("nobel prize news", "Han Kang", "Chemistry"),
    ("any news about the euro 2024 final", "Spain beat England"),
    ("fill me in on the valencia floods", "Valencia"),
    ("stories about artificial intelligence", "Hinton"),
    ("anything new on mpox?", "mpox"),
    ("latest about the myanmar earthquake", "Myanmar"),
    ("what's happening with nvidia", "Nvidia"),
    ("tell me more about gukesh", "Gukesh"),
    ("update me on the blackout in spain", "Blackout"),
    ("whats the latest from mexico", "Sheinbaum"),
    ("show me news about spacex", "SpaceX"),
    ("any headlines about the federal reserve", "Federal Reserve"),
    ("sum up the british election", "Starmer"),
    ("news about coal power", "coal power"),
)
BARE = _listed(
    ("louvre jewels", "Thieves steal"),
    ("boeing starliner", "Boeing test flight"),
    ("pope leo", "Leo XIV"),
    ("deepseek nvidia", "DeepSeek"),
    ("crowdstrike outage", "CrowdStrike"),
    ("trump tariffs", "Trump announces tariffs"),
    ("myanmar earthquake", "Myanmar"),
    ("valencia floods", "Valencia"),
    ("bitcoin", "Bitcoin"),
    ("han kang", "Han Kang"),
    ("south korea martial law", "martial law"),
    ("notre dame", "Notre-Dame"),
    ("key bridge baltimore", "Key Bridge"),
    ("mpox", "mpox"),
    ("french open final", "Alcaraz"),
    ("solar eclipse", "eclipse"),
    ("oscars anora", "Anora"),
    ("pig kidney transplant", "pig kidney"),
    ("Shoigu Pyongyang", "Kim Jong Un"),
    ("psg champions league", "Paris Saint-Germain"),
)
YES_OR_NO = _quoted(
    ("did the pope die?", "died"),
    ("Did Pope Francis die", "died"),
    ("is notre dame open again", "opened its doors", "reopen"),
    ("did trump win arizona?", "Arizona"),
    ("Did England win the Euro 2024 final?", "2-1"),
    ("was anyone hurt in the louvre robbery?", "Nobody was injured", "injured", "hurt"),
    ("has britain stopped using coal power", "coal"),
    ("did yoon get impeached", "impeach"),
    ("Was the CrowdStrike outage a cyberattack?", "not an attack", "not a cyberattack"),
    ("did north korea send soldiers to russia?", "soldiers"),
    ("Did Liz Truss lose her seat?", "Truss"),
    ("is the pope american?", "United States", "Chicago"),
    ("did assad flee to russia", "Moscow"),
    ("did bitcoin reach 100,000 dollars", "100,000"),
    ("was 2024 the hottest year?", "warmest"),
    ("Did Australia ban social media for children?", "social media"),
    ("did kamala harris concede?", "concede"),
    ("did mcilroy win the masters", "McIlroy"),
    ("are the stolen jewels insured or found? Have the louvre jewels been valued", "88 million"),
    ("did the fed cut rates in september 2024", "half a percentage point", "rate"),
)
WHY_AND_HOW = _quoted(
    ("why did the Baltimore bridge collapse?", "Dali"),
    ("why did nvidia shares fall", "DeepSeek"),
    ("Why did Gareth Southgate resign?", "Southgate"),
    ("how did the thieves get into the louvre", "window", "balcony", "lift"),
    (
        "Why were the astronauts stuck on the space station?",
        "leaked helium",
        "thruster",
        "Starliner",
        "eight days",
    ),
    ("how did gukesh win", "Ding"),
    ("why did bitcoin rise above 100,000", "Atkins"),
    ("How did South Korean lawmakers end martial law?", "190"),
    ("why was yoon removed", "martial law"),
    ("how many people died in the valencia floods", "158"),
    ("how much did anora cost to make", "6 million"),
    ("how long was the french open final?", "5 hours and 29 minutes"),
    ("How strong was the earthquake in Myanmar?", "7.7"),
    ("how many seats did labour win", "411"),
    ("why did thousands of flights get cancelled in july 2024", "CrowdStrike", "update"),
    ("how did lyles win the 100 metres", "five thousandths", "9.78"),
    ("why did hopfield get the nobel prize", "neural networks", "machine learning"),
    ("how much are the stolen louvre jewels worth?", "88 million"),
    ("how was the starship booster caught", "arms"),
    ("why is the name leo xiv important", "Leo XIII"),
)
FACTS_AS_TYPED = _quoted(
    ("who is the new pope", "Prevost"),
    ("who won the euros", "Spain"),
    ("who won the us election", "Trump"),
    ("whos the new prime minister of britain", "Starmer"),
    ("who won best picture", "Anora"),
    ("who won the german election", "Merz", "CDU"),
    ("who is president of mexico", "Sheinbaum"),
    ("where did assad go", "Moscow"),
    ("when did pope francis die", "April 21, 2025"),
    ("who scored the winning goal in the euro final", "Oyarzabal"),
    ("world chess champion", "Gukesh"),
    ("who won the nobel prize in literature", "Han Kang"),
    ("cost of rebuilding notre dame donations", "850 million"),
    ("what percent tariff for china", "34 percent"),
    ("which ship hit the key bridge", "Dali"),
    ("champions league final score", "5-0"),
    ("where is the last uk coal plant", "Ratcliffe"),
    ("what did deepseek release", "R1"),
    ("who was the first person with a pig kidney", "Slayman"),
    ("when was the total eclipse", "8 April 2024"),
)
COMPARISONS = _quoted(
    ("which was warmer, 2023 or 2024?", "warmest", "more than in 2023"),
    ("did trump get more electoral votes than harris", "226"),
    ("Who won more seats, the CDU or the AfD?", "208", "28.5"),
    ("did labour or the conservatives win more seats", "411", "121"),
    ("was gukesh younger than kasparov when he became champion?", "Kasparov"),
    ("which final was longer, 2025 or 1982 at the french open", "1982", "5 hours"),
    ("how does the new climate money compare with the old goal", "100 billion"),
    ("are the tariffs for china higher than those for japan?", "24 percent"),
    ("who got more votes, sheinbaum or galvez", "58.3", "26.6"),
    ("did mbappe or doue score in the champions league final", "Doué"),
)
MISSPELT = [
    *_quoted(
        ("who won the chess champoinship", "Gukesh"),
        ("who is the new pope leo xiv from chicaco", "Chicago"),
        ("wich ship hit the baltimroe bridge", "Dali"),
        ("how many seats did labuor win", "411"),
        ("why did nvidea shares fall", "DeepSeek"),
        ("where did asad flee", "Moscow"),
        ("who won the germn electon", "Merz", "CDU"),
        ("how strong was the earthqake in mynmar", "7.7"),
        ("Who scored for Spian against Englnd?", "Oyarzabal", "Williams"),
        ("did the pop francis die on easter mondya", "Easter Monday"),
    ),
    *_listed(
        ("news about starlinner", "Boeing test flight"),
        ("latest on the tarrifs", "Trump announces tariffs"),
        ("notredame", "Notre-Dame"),
        ("crowdstirke outage", "CrowdStrike"),
        ("bitcion", "Bitcoin"),
        ("news on shiegu in pyongyan", "Kim Jong Un"),
        ("louvre roberry", "Thieves steal"),
        ("valenica floods", "Valencia"),
        ("deepseak", "DeepSeek"),
        ("mcllroy masters", "McIlroy"),
    ),
]
FUTURE = [
    *_quoted(
        ("when will sheinbaum take office?", "October 1, 2024"),
        ("When does the Australian social media ban come into force?", "12 months", "a year"),
        ("when is the next total solar eclipse in the contiguous united states", "2044"),
        ("how much climate money will developing countries get by 2035", "300 billion"),
        ("what will happen to the ratcliffe power station", "demolished", "decommissioning"),
        ("When will South Korea elect a new president after Yoon?", "60 days", "June 3"),
        ("what will uniper build at ratcliffe", "hub", "low-carbon"),
        ("when will the higher tariffs take effect", "April 9"),
        ("when will Trump be inaugurated", "January 20"),
        ("how will crowdstrike prevent another outage?", "testing", "staggered"),
    ),
    *_unreported(
        "who will win the 2028 us election?",
        "who will host the 2036 olympics",
        "will it rain in london tomorrow",
        "when will apple release the next iphone",
        "who will win the world cup in 2026?",
    ),
]
WRONG_PREMISE = [
    *_quoted(
        ("why did kamala harris win the election?", "Trump"),
        ("how many goals did england win the euro final by", "2-1"),
        ("when did pope francis resign?", "died"),
        ("why did sinner win the french open final", "Alcaraz"),
        ("how did rishi sunak win the 2024 election", "Labour", "resigned"),
    ),
    *_unreported(
        "why did elon musk buy manchester united?",
        "when did taylor swift become president",
        "why was angela merkel arrested in 2025",
        "how did brazil win the 2025 rugby world cup",
        "why did netflix buy the new york times",
    ),
]
UNREPORTED = _unreported(
    "openai lawsuit",
    "any news on the yellowstone volcano",
    "latest on the writers strike",
    "who won the 2025 tour de france",
    "taylor swift tour",
    "what is the weather today",
    "news about lufthansa",
    "who won wimbledon in 2025",
    "hurricane florida damage",
    "how many people live on mars",
    "did brad pitt die?",
    "who is the ceo of nestle",
    "summarize the news about volkswagen",
    "netflix shares",
    "whats new with tiktok in canada's arctic",
)
KINDS = {
    "overviews": OVERVIEWS,
    "topics": TOPICS,
    "bare words": BARE,
    "yes or no": YES_OR_NO,
    "why and how": WHY_AND_HOW,
    "facts as typed": FACTS_AS_TYPED,
    "comparisons": COMPARISONS,
    "misspelt": MISSPELT,
    "future": FUTURE,
    "wrong premise": WRONG_PREMISE,
    "not reported": UNREPORTED,
}
