//! What the answering person says. No more than good manners: it listens for a few words and otherwise keeps the
//! conversation going.

/// A kind of remark and what to say to it.
struct Topic {
    /// Any of these words, in lower case.
    words: &'static [&'static str],
    replies: &'static [&'static str],
}

/// In the order they are looked for.
const TOPICS: &[Topic] = &[
    Topic {
        words: &["bye", "goodbye", "ciao", "later", "night"],
        replies: &[
            "Bye! This was nice.",
            "See you! You know where to find me.",
            "Good night, sleep well!",
        ],
    },
    Topic {
        words: &["thanks", "thank", "thx", "cheers"],
        replies: &["Any time!", "You’re very welcome.", "Don’t mention it 🙂"],
    },
    Topic {
        words: &["hello", "hi", "hey", "hallo", "moin", "morning", "evening"],
        replies: &[
            "Hello! How is your day going?",
            "Hey! Nice of you to write.",
            "Hi there! I just made coffee, so your timing is perfect.",
        ],
    },
    Topic {
        words: &["weather", "rain", "sun", "sunny", "cold", "warm"],
        replies: &[
            "They promised sun until six. I packed a raincoat anyway.",
            "Here it can’t decide. I have both sunglasses and an umbrella with me.",
        ],
    },
    Topic {
        words: &["lake", "weekend", "saturday", "sunday", "hut"],
        replies: &[
            "The lake! I’m bringing the good coffee pot. Don’t tell Jonas there is only one cake.",
            "Saturday noon at the hut. Take the train at ten, the later one is always full.",
        ],
    },
    Topic {
        words: &["tomato", "tomatoes", "mira"],
        replies: &["Did Mira offer you tomatoes? She will. Just say yes, it’s easier."],
    },
    Topic {
        words: &["jonas", "bike", "bicycle", "wheel"],
        replies: &["Jonas has nine bicycles. He says eight, because one is “just a frame”."],
    },
    Topic {
        words: &["test", "testing"],
        replies: &[
            "Test received, loud and clear!",
            "All good on this side. Typing, ticks and all.",
        ],
    },
    Topic {
        words: &["haha", "lol", "😂", "😄", "😅", "🤣"],
        replies: &["😄", "I’m glad somebody laughs at my jokes."],
    },
];

const TO_A_QUESTION: &[&str] = &[
    "Good question. I would say yes, but ask me again after lunch.",
    "Hm, let me think… What would you do?",
    "I honestly don’t know. Does anyone?",
    "If I knew that, I’d be much better at quizzes. What do you think?",
];

const TO_ANYTHING: &[&str] = &[
    "Oh, really? Tell me more!",
    "I see what you mean.",
    "That’s a good one. I’ll remember it.",
    "Ha, that reminds me of last year at the lake.",
    "Fair enough! And what are you up to later?",
    "Sounds good to me.",
];

const TO_NO_WORDS: &[&str] = &[
    "Got it! I’ll have a proper look in a moment.",
    "Nice, thanks for sending!",
];

/// What to say to a text. `turn` counts the replies in this chat, so that nothing is said twice in a row.
pub(super) fn reply_to(text: &str, turn: usize) -> &'static str {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
        .collect();
    let choices = if text.trim().is_empty() {
        TO_NO_WORDS
    } else if let Some(topic) = TOPICS
        .iter()
        .find(|topic| topic.words.iter().any(|word| words.contains(word)))
    {
        topic.replies
    } else if text.contains('?') {
        TO_A_QUESTION
    } else {
        TO_ANYTHING
    };
    choices.get(turn % choices.len()).copied().unwrap_or("🙂")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_fits_what_was_said() {
        let greeting = reply_to("Hello, Robin!", 0);
        assert!(greeting.contains("Hello"), "{greeting}");
        assert!(TO_A_QUESTION.contains(&reply_to("Do you like maps?", 3)));
        assert!(TO_NO_WORDS.contains(&reply_to("", 1)));
    }

    #[test]
    fn words_are_recognised_as_a_whole_only() {
        assert!(
            TO_ANYTHING.contains(&reply_to("This is the thing", 0)),
            "“hi” is within both words"
        );
    }

    #[test]
    fn the_same_remark_gets_another_reply_next_time() {
        assert_ne!(reply_to("I have a cat", 0), reply_to("I have a cat", 1));
    }
}
