//! Rich text: cleaned once, when it is written.

/// Cleans HTML to what an entry may hold: text, links, lists, code, tables.
/// Scripts, styles, forms, frames and event handlers go; links open without
/// telling where they came from.
pub fn clean(html: &str) -> String {
    ammonia::Builder::default()
        .rm_tags(["img", "map", "area"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .clean(html)
        .to_string()
}

/// The words of an entry's body without mark-up. `format` is `text` or `html`.
pub fn plain(body: &str, format: &str) -> String {
    if format != "html" {
        return body.to_owned();
    }
    // A tag parts words as a space does.
    let spaced = body.replace('<', " <");
    let text = ammonia::Builder::empty().clean(&spaced).to_string();
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An entry's body as HTML that is safe to show.
pub fn html(body: &str, format: &str) -> String {
    if format == "html" {
        return body.to_owned();
    }
    let escaped =
        body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let paragraphs = escaped.split("\n\n").filter(|p| !p.trim().is_empty());
    paragraphs.map(|p| format!("<p>{}</p>", p.replace('\n', "<br>"))).collect()
}

/// Logins mentioned as `@login`, in order, each once.
pub fn mentions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for (i, c) in text.char_indices() {
        if c == '@' && !before.is_alphanumeric() {
            let login: String = text[i + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
                .collect();
            let login = login.trim_end_matches(['.', '-']).to_owned();
            if !login.is_empty() && !found.contains(&login) {
                found.push(login);
            }
        }
        before = c;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dangerous_html_is_cleaned() {
        for (given, expected) in [
            ("<b>hi</b><script>alert(1)</script>", "<b>hi</b>"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<p onclick=\"x()\">a</p>", "<p>a</p>"),
            ("<a href=\"javascript:x()\">a</a>", "<a rel=\"noopener noreferrer nofollow\">a</a>"),
        ] {
            assert_eq!(clean(given), expected);
        }
        assert_eq!(html("a <b>\nc", "text"), "<p>a &lt;b&gt;<br>c</p>");
        assert_eq!(plain("<p>a</p><p>b &amp; c</p>", "html"), "a b & c");
    }

    #[test]
    fn mentions_are_found_outside_mail_addresses() {
        assert_eq!(mentions("@ann and (@bob.lee). not x@y.org @ann"), ["ann", "bob.lee"]);
    }
}
