"""Japanese words for questions and times."""

from index.languages.question_words import QuestionWords
from index.languages.times import TimeWords

_DATE = r"(?:{year}年)?{month}{day}"

TIMES = TimeWords(
    months=[rf"{number}月" for number in range(1, 13)],
    weekdays=[f"{name}曜日?" for name in "月火水木金土日"],
    counts={"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10},
    units={
        "日": "day",
        "日間": "day",
        "週間": "week",
        "か月": "month",
        "ヶ月": "month",
        "カ月": "month",
        "年": "year",
    },
    day=r"[0-3]?\d(?=日)",
    spaced=False,
    phrases=(
        (
            rf"{_DATE}日(?:から|と){{month2}}{{day2}}日(?:まで|の間)?",
            "between {day} {month} and {day2} {month2} {year}",
        ),
        (rf"{_DATE}日(?:から|と){{day2}}日(?:まで|の間)?", "between {day} and {day2} {month} {year}"),
        (rf"{_DATE}日(?:以降|以来|から)", "since {day} {month} {year}"),
        (rf"{_DATE}日(?:より後|の後)", "after {day} {month} {year}"),
        (rf"{_DATE}日(?:より前|以前|の前)", "before {day} {month} {year}"),
        (rf"{_DATE}日まで", "until {day} {month} {year}"),
        (rf"{_DATE}日", "on {day} {month} {year}"),
        (r"(?:{year}年)?{month}(?:以降|以来|から)", "since {month} {year}"),
        (r"{year}年{month}", "in {month} {year}"),
        (r"{year}年第1四半期", "in the first quarter of {year}"),
        (r"{year}年第2四半期", "in the second quarter of {year}"),
        (r"{year}年第3四半期", "in the third quarter of {year}"),
        (r"{year}年第4四半期", "in the fourth quarter of {year}"),
        (r"{month}(?:に|の|中)", "in {month}"),
        (r"(?:この|過去|直近)(?:の)?{count}{unit}", "in the last {count} {unit}s"),
        (r"{count}{unit}前", "{count} {unit}s ago"),
        (r"{weekday}(?:以降|から)", "since {weekday}"),
        (r"(?:先週の|前の)?{weekday}", "on {weekday}"),
        (r"昨日から|きのうから", "since yesterday"),
        (r"おととい|一昨日", "the day before yesterday"),
        (r"昨日|きのう|昨夜|昨晩", "yesterday"),
        (r"今日|きょう|本日|今朝|今夜|今晩", "today"),
        (r"先週末", "last weekend"),
        (r"今週末|この週末", "this weekend"),
        (r"先週", "last week"),
        (r"今週", "this week"),
        (r"先月", "last month"),
        (r"今月", "this month"),
        (r"昨年|去年", "last year"),
        (r"今年", "this year"),
        (r"{year}年", "in {year}"),
        (r"最新|最近|直近|現在|このところ", "latest"),
    ),
)

QUESTIONS = QuestionWords(
    times=TIMES,
    kinds=(
        (
            r"何(?:パーセント|％|%|円|ドル|ユーロ)|いくら|どれくらいの(?:金額|費用)|(?:価格|金額|割合)は",
            frozenset(("amount", "number")),
        ),
        (r"どのくらいの期間|何(?:年間|日間|時間|分間)|何歳", frozenset(("duration", "number"))),
        (
            r"何(?:人|回|件|台|個|隻|枚|本|メートル|キロ|議席|票|社|か国|カ国)|いくつ|どれだけ|何[^がをはのでに]{1,3}(?:です|でし|か)",
            frozenset(("number", "amount")),
        ),
        (r"いつ|何(?:年|月|日|曜日)", frozenset(("date",))),
        (r"誰|だれ|どこ|どの|どちら|何という", frozenset(("name",))),
    ),
    current=r"最新|最近|現在|今日|いま|今|直近",
    leads=r"(?:では|じゃあ|それでは|また|それで)[、,\s]*",
    fragments=r"(?:なぜ|どうして|いつ|どこ|誰)[ですか？?。\s]*$|.{1,12}(?:については|のほうは|の方は)[？?]?$",
    asking=(
        r"(?:何|なに|なん|誰|だれ|どこ|いつ|どの|どれ|いくら|いくつ|どう)(?:人|回|件|台|点|個|本|分|年|月|日|歳|枚|社)?(?:ぐらい|くらい)?"
        r"|(?:です|でした|ました|ます|ません|だった|のです|のでしょう|でしょう)?か[？?]?\s*$|[？?]\s*$"
    ),
    overview=(
        r"[のはに、 ]*(?:主な|最新の|大きな|重要な)?(?:ニュース|出来事)"
        r"(?:は(?:何(?:ですか|でしたか)?|ありますか)?|を?教えて(?:ください)?|を?まとめて(?:ください)?)?"
        r"|[のはに、 ]*何[がか](?:あった|ありました|起きた|起きました|起こった|起こりました)"
        r"(?:のです|んです|の)?か?"
    ),
    points_back=r"彼女?|それ|これ|そこ|あそこ|その|この(?!\d)",
    spaced=False,
)
