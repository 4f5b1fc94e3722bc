//! Letters with two codings: texts that readers of their language take for the same words, and texts that they do not.

use dittograph::{Boundary, Config, Normalizer, Report, Rule};

/// A language and what differs; two texts that have the same words.
type Same = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const SAME: &[Same] = &[
    // Apostrophes that are letters.
    ("Uzbek, the letter and the key", "Bugun togʻda qor yogʻdi, yoʻl yopildi.", "Bugun tog'da qor yog'di, yo'l yopildi."),
    ("Uzbek, a quotation mark and a grave accent", "Oʻquvchilar maktabga kelmadi.", "O`quvchilar maktabga kelmadi."),
    ("French, a prime", "L′eau de l’étang est haute aujourd'hui.", "L'eau de lʼétang est haute aujourd’hui."),
    ("Hawaiian, a modifier letter and a quotation mark", "Ua hele ka moku i Kauaʻi", "Ua hele ka moku i Kaua‘i"),
    ("Mayan, the saltillo", "xbʼe ri achi pa tinamꞌit", "xb'e ri achi pa tinamʼit"),
    ("Hebrew, gershayim and quotation marks", "מנכ״ל הנמל הודיע", "מנכ”ל הנמל הודיע"),
    ("Hebrew, two apostrophes", "הדו''ח פורסם אתמול", "הדו\"ח פורסם אתמול"),
    // Latin letters of old code pages.
    ("Romanian, comma and cedilla", "Ștefan și fiica țesătoarei au plecat în oraș", "Ştefan şi fiica ţesătoarei au plecat în oraş"),
    ("Romanian, a comma of its own", "s\u{326}coala din sat", "şcoala din sat"),
    ("Hungarian, Latin-1", "a főnök gyűrűje a kikötőben", "a fõnök gyûrûje a kikötõben"),
    ("Vietnamese, eth for d with stroke", "ĐÈN BIỂN ĐÃ SÁNG", "ÐÈN BIỂN ÐÃ SÁNG"),
    ("French, a ligature", "la sœur du pêcheur vend des œufs", "la soeur du pêcheur vend des oeufs"),
    ("Turkish, lower case made by a program", "i\u{307}skele bu sabah kapalı", "İskele bu sabah kapalı"),
    // Cyrillic twins.
    ("Azeri, a schwa of the other script", "gəmi bu gün səfərə çıxmır", "gәmi bu gün sәfərə çıxmır"),
    ("Tatar, a schwa of the other script", "бүген дәү көймә килмәде", "бүген дəү көймə килмəде"),
    ("Chechen, palochka and a Ukrainian letter", "кӀант хӀорда йистехь", "кІант хІорда йистехь"),
    // Arabic script.
    ("Urdu, heh of two keyboards", "جہاز آج نہیں چلے گا", "جهاز آج نهیں چلے گا"),
    ("Urdu, teh marbuta goal", "صلوۃ کے بعد", "صلوة کے بعد"),
    ("Arabic, hamza and alef of printed Qurans", "وقرءان الفجر في المسجد", "وقرآن الفجر في المسجد"),
    ("Arabic, a dagger alef after a space", "الصَّلَو ٰة في المسجد", "الصَّلَوٰة في المسجد"),
    // India.
    ("Malayalam, a chillu of two codings", "അവന്\u{200d} കടലില്\u{200d} പോയി", "അവൻ കടലിൽ പോയി"),
    ("Malayalam, rr and ll", "അവര്\u{200d} തിരികെ വന്നപ്പോള്\u{200d} മഴ", "അവർ തിരികെ വന്നപ്പോൾ മഴ"),
    ("Bengali, khanda ta", "হঠাত\u{9cd}\u{200d} ঝড় এল", "হঠাৎ ঝড় এল"),
    ("Marathi, eyelash ra", "त्या दर\u{94d}\u{200d}यात गेल्या", "त्या दऱ\u{94d}यात गेल्या"),
    ("Hindi, a vowel in pieces", "अाज नाव नहीं चलेगी", "आज नाव नहीं चलेगी"),
    ("Hindi, a colon for visarga", "बहुत दु:ख की बात है", "बहुत दुःख की बात है"),
    // South-East Asia.
    ("Thai, two e for ae", "วันนี้เรือไม่เเล่น", "วันนี้เรือไม่แล่น"),
    ("Thai, a tone before its vowel", "ท\u{e48}\u{e35}ท่าเรือ", "ท\u{e35}\u{e48}ท่าเรือ"),
    ("Khmer, a vowel in pieces", "ក\u{17c1}\u{17b6}ះត្រល់", "ក\u{17c4}ះត្រល់"),
    // Vietnamese tones.
    ("Vietnamese, the tone of oa and uy", "hoà bình và thuỷ triều ở khoá", "hòa bình và thủy triều ở khóa"),
    ("Vietnamese, the tone after q", "qúy khách", "quý khách"),
    // Notes and Yiddish.
    ("a note number glued to a word", "The harbour² was closed.", "The harbour [2] was closed."),
    ("Arabic, a note number", "أغلق الميناء² أمس", "أغلق الميناء (2) أمس"),
    ("Yiddish, digraphs", "דער װינט בלאָזט פֿון צפֿון", "דער ווינט בלאָזט פֿון צפֿון"),
    // Words that a line cuts.
    ("a soft hyphen at the end of a line", "the harbour mas\u{ad}\nter said", "the harbour master said"),
    ("a sign of OCR at the end of a line", "der Hafen¬\nmeister sagte", "der Hafenmeister sagte"),
    ("hyphens of a narrow column", "the fer-\nry did not sail, the pass\u{2010}\nengers slept", "the ferry did not sail, the passengers slept"),
    ("hyphens and CR LF", "la tem-\r\npête du matin a fer-\r\nmé le port", "la tempête du matin a fermé le port"),
];

#[rustfmt::skip]
const APART: &[Same] = &[
    ("Malayalam, a joiner that makes another word", "അവന്\u{200d} പറഞ്ഞു", "അവന് പറഞ്ഞു"),
    ("Persian, a non-joiner that parts a word", "نامه‌ای رسید", "نامهای رسید"),
    ("Urdu, eaten and said", "کھا لیا", "کہا لیا"),
    ("German, a sharp s", "in Maßen getrunken", "in Massen getrunken"),
    ("Turkish, a dotless i", "kapı kırık", "kapi kirik"),
    ("Russian, yo", "всё тихо", "все тихо"),
    ("a single compound at the end of a line", "a royalty-\nfree licence", "a royaltyfree licence"),
    ("a capital after the break", "the Anwick-\nLeith line, the Leith-\nAnwick line", "the AnwickLeith line, the LeithAnwick line"),
    ("square metres", "fünf m² groß", "fünf m 2 groß"),
    ("Tamil, a consonant with its sign", "கெளு வந்தது", "கௌு வந்தது"),
];

fn scan(text: &str, rules: Normalizer) -> Report<'_> {
    Config::new().boundary(Boundary::BlankLine).normalizer(rules).build().unwrap().scan(text)
}

fn has_the_same_words(one: &str, other: &str, rules: Normalizer) -> bool {
    let text = format!("{one}\n\n{other}");
    let report = scan(&text, rules);
    assert_eq!(report.paragraphs().len(), 2, "{text:?}");
    report.pairs().iter().any(|pair| pair.similarity.is_exact())
}

#[test]
fn two_codings_of_one_word_are_the_same() {
    for (what, one, other) in SAME {
        assert!(has_the_same_words(one, other, Normalizer::new()), "{what}");
    }
}

#[test]
fn each_of_these_takes_a_rule_that_the_raw_text_does_not_have() {
    for (what, one, other) in SAME {
        assert!(!has_the_same_words(one, other, Normalizer::NONE), "{what}");
    }
}

#[test]
fn what_tells_words_apart_is_kept() {
    for (what, one, other) in APART {
        assert!(!has_the_same_words(one, other, Normalizer::new()), "{what}");
    }
}

#[test]
fn rules_that_lose_a_distinction_can_be_switched_on() {
    let cases = [
        (Rule::SharpS, "in Maßen getrunken", "in Massen getrunken"),
        (Rule::DotlessI, "kapı kırık", "kapi kirik"),
        (Rule::Yo, "всё тихо", "все тихо"),
        (Rule::AeLigature, "ærlig talt", "aerlig talt"),
        (Rule::YehBarree, "لڑکے آئے", "لڑکي آئي"),
        (Rule::KurdishHeh, "کەشتی", "کهشتی"),
    ];
    for (rule, one, other) in cases {
        assert!(!has_the_same_words(one, other, Normalizer::new()), "{rule}");
        assert!(has_the_same_words(one, other, Normalizer::new().with(rule)), "{rule}");
    }
}

#[test]
fn a_column_with_cut_words_is_near_or_equal_to_the_text_typed_whole() {
    let typed = "The last ferry of the day did not sail, said the harbour master, since the wind had turned to the north.";
    let cut = "The last ferry of the day did not sail, said the har-\nbour master, since the wind had tur-\nned to the north.";
    let report_text = format!("{typed}\n\n{cut}");
    assert!(scan(&report_text, Normalizer::new()).pairs()[0].similarity.is_exact());
}
