//! Who the sample people are and what they said.

use super::shares::{HUT, PICTURES, ROUTE, Share, TUNE};

/// Login of the person who answers.
pub(super) const HOST: &str = "robin";
/// Login of the person with whom a newcomer has a second chat.
pub(super) const FRIEND: &str = "mira";

/// A sample person.
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// Something said.
pub(super) struct Line {
    /// Login of who said it; empty where only one person speaks.
    pub(super) who: &'static str,
    /// Minutes before now.
    pub(super) minutes_ago: i64,
    /// Empty where something is shared without words.
    pub(super) text: &'static str,
    /// What hangs on it.
    pub(super) shares: &'static [Share],
}

/// A private chat.
pub(super) struct Private {
    pub(super) between: (&'static str, &'static str),
    pub(super) lines: &'static [Line],
}

/// A group.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) owner: &'static str,
    pub(super) members: &'static [&'static str],
    pub(super) lines: &'static [Line],
}

/// A public dialog.
pub(super) struct Public {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) owner: &'static str,
    pub(super) subscribers: &'static [&'static str],
    /// Whether people may look inside before they subscribe.
    pub(super) preview: bool,
    pub(super) lines: &'static [Line],
}

/// The broadcast, which everyone reads.
pub(super) struct Broadcast {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) owner: &'static str,
    pub(super) lines: &'static [Line],
}

const fn line(who: &'static str, minutes_ago: i64, text: &'static str) -> Line {
    share(who, minutes_ago, text, &[])
}

const fn share(
    who: &'static str,
    minutes_ago: i64,
    text: &'static str,
    shares: &'static [Share],
) -> Line {
    Line {
        who,
        minutes_ago,
        text,
        shares,
    }
}

const DAY: i64 = 24 * 60;

pub(super) const PEOPLE: &[Person] = &[
    Person {
        login: HOST,
        name: "Robin Hale",
        about: "Always up for a chat",
    },
    Person {
        login: FRIEND,
        name: "Mira Okafor",
        about: "Usually at the allotment",
    },
    Person {
        login: "jonas",
        name: "Jonas Feld",
        about: "Owns too many bicycles",
    },
];

pub(super) const PRIVATE: &[Private] = &[
    Private {
        between: ("robin", "jonas"),
        lines: &[
            line("jonas", DAY + 190, "Did the wheel arrive?"),
            line(
                "robin",
                DAY + 186,
                "It did! Two days early, and it even fits.",
            ),
            line("jonas", DAY + 185, "Told you. 622 is 622."),
            line("robin", DAY + 181, "You also told me the last one was 622."),
            line("jonas", DAY + 179, "We do not speak of the last one."),
        ],
    },
    Private {
        between: ("mira", "jonas"),
        lines: &[
            line(
                "mira",
                3 * DAY + 40,
                "Can I borrow the trailer on Thursday?",
            ),
            line("jonas", 3 * DAY + 12, "Sure. What is it this time?"),
            line("mira", 3 * DAY + 10, "Compost. Bags. Closed bags!"),
            line(
                "jonas",
                3 * DAY + 7,
                "Last time it was “closed bags” too. Bring it back clean and it is yours.",
            ),
        ],
    },
];

pub(super) const GROUPS: &[Group] = &[
    Group {
        name: "Lake weekend",
        description: "Saturday to Sunday, rain or shine",
        owner: "mira",
        members: &["robin", "mira", "jonas"],
        lines: &[
            line(
                "mira",
                2 * DAY + 95,
                "The hut is booked! Saturday noon until Sunday evening.",
            ),
            share("mira", 2 * DAY + 94, "", HUT),
            line(
                "jonas",
                2 * DAY + 91,
                "Excellent. I’m riding there, so somebody else has to carry the food.",
            ),
            line(
                "robin",
                2 * DAY + 88,
                "That is the third year in a row you have said that.",
            ),
            line(
                "jonas",
                2 * DAY + 87,
                "And the third year in a row it is true.",
            ),
            share(
                "mira",
                DAY + 326,
                "Found the pictures of last year. Look at that evening!",
                PICTURES,
            ),
            line(
                "mira",
                DAY + 320,
                "Who brings what? I have bread, cheese and far too many tomatoes.",
            ),
            line(
                "robin",
                DAY + 300,
                "Coffee, the good pot, and a cake if it survives the train.",
            ),
            line(
                "jonas",
                DAY + 297,
                "Playing cards. And a tent, in case Robin snores again.",
            ),
            share("jonas", DAY + 296, "", ROUTE),
            line(
                "robin",
                170,
                "Forecast says sun until six. I’m not saying it was me, but you’re welcome.",
            ),
            share("robin", 168, "", TUNE),
            line(
                "mira",
                164,
                "There is still a free bed, by the way. Bring someone nice!",
            ),
        ],
    },
    Group {
        name: "Tomato exchange",
        description: "Too many tomatoes? Here is where they go",
        owner: "mira",
        members: &["mira", "jonas"],
        lines: &[
            line(
                "mira",
                4 * DAY + 30,
                "Four kilos on my doorstep, first come, first served.",
            ),
            line(
                "jonas",
                4 * DAY + 11,
                "On my way. That’s sauce until Christmas.",
            ),
        ],
    },
];

/// What a newcomer can find by exploring.
pub(super) const PUBLIC: &[Public] = &[
    Public {
        name: "Bicycle kitchen",
        description: "Repairs, spare parts and strong opinions about tyres",
        owner: "jonas",
        subscribers: &["robin", "jonas"],
        preview: true,
        lines: &[
            line(
                "jonas",
                5 * DAY + 210,
                "Open on Wednesday from six. Bring the bicycle and something to eat.",
            ),
            line(
                "robin",
                5 * DAY + 170,
                "Does anyone have a square-taper tool I can borrow?",
            ),
            line(
                "jonas",
                5 * DAY + 165,
                "Third drawer, under the brake cables. As always.",
            ),
            line(
                "robin",
                2 * DAY + 300,
                "Found it. The bottom bracket lives again!",
            ),
        ],
    },
    Public {
        name: "Seed swap",
        description: "Seeds, seedlings and the stories that come with them",
        owner: "mira",
        subscribers: &["mira"],
        preview: true,
        lines: &[
            line(
                "mira",
                9 * DAY + 60,
                "I have far too many beans: purple ones and the speckled ones from my aunt.",
            ),
            line(
                "mira",
                DAY + 400,
                "Who takes the last pumpkin seedling? It grows while you think about it.",
            ),
        ],
    },
    Public {
        name: "Planning the street party",
        description: "What is said here stays here until the day",
        owner: "robin",
        subscribers: &["robin", "mira"],
        preview: false,
        lines: &[line(
            "robin",
            6 * DAY + 20,
            "Tables: nine. Benches: eleven. Cakes: nobody has counted.",
        )],
    },
];

/// What everyone reads and only its owner writes.
pub(super) const BROADCAST: Broadcast = Broadcast {
    name: "House notices",
    description: "News for everyone in the house",
    owner: "mira",
    lines: &[
        line(
            "mira",
            7 * DAY + 30,
            "The cellar light works again. Thank you, whoever you are.",
        ),
        line(
            "mira",
            DAY + 75,
            "On Friday the water is off from nine to eleven. Fill a kettle.",
        ),
    ],
};

/// What a newcomer finds from the person who answers.
pub(super) const WELCOME: &[Line] = &[
    line("", 0, "Hi {name}, good to see you here! I’m Robin."),
    line(
        "",
        0,
        "Write me anything. You’ll see when it reaches me, when I’ve read it, and when I’m typing.",
    ),
];

/// What a newcomer finds from the other person.
pub(super) const WELCOME_FROM_FRIEND: &[Line] = &[
    line("", 34, "Hello! Robin says you’re joining us at the lake?"),
    line(
        "",
        33,
        "I’m at the allotment without much reception, so don’t wait for me. Tomatoes don’t pick themselves 🍅",
    ),
];

/// What a newcomer finds at the end of the group.
pub(super) fn group_welcome(name: &str) -> String {
    format!(
        "Everyone, {} is here and takes the free bed. Say hello!",
        first_name(name)
    )
}

/// How friends call someone.
pub(super) fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}
