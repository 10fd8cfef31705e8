//! A page that grows block by block and stays within a limit.
use super::super::text::fenced;

/// Room for the notice that something was left out.
const NOTICE: usize = 512;

/// Lines that belong together, with what stands before and behind them.
#[derive(Debug, Default)]
pub(super) struct Block {
    open: String,
    lines: Vec<String>,
    close: String,
}

impl Block {
    /// Lines as they are, and an empty one behind them.
    pub(super) fn plain(lines: Vec<String>) -> Self {
        Self::framed("", lines, "\n")
    }

    /// Lines between an opening and a closing.
    pub(super) fn framed(open: &str, lines: Vec<String>, close: &str) -> Self {
        Self {
            open: open.to_owned(),
            lines,
            close: close.to_owned(),
        }
    }

    /// Lines that are shown as they are, below some that are not.
    pub(super) fn fenced(heading: &str, language: &str, lines: &[String]) -> Self {
        let (marks, lines) = fenced(lines);
        Self {
            open: format!("{heading}{marks}{language}\n"),
            lines,
            close: format!("{marks}\n\n"),
        }
    }
}

/// A page of Markdown. A block that does not fit is cut between two of its lines, and closed all the same; a block of which
/// nothing fits is left out.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    limit: usize,
    is_cut: bool,
}

impl Page {
    /// An empty page of at most so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit: limit.saturating_sub(NOTICE),
            is_cut: false,
        }
    }

    /// Adds a block; nothing if it has no lines.
    pub(super) fn add(&mut self, block: &Block) {
        let frame = block.open.len() + block.close.len();
        let mut left = self.limit.saturating_sub(self.text.len() + frame);
        let mut body = String::new();
        for line in &block.lines {
            if line.len() + 1 > left {
                self.is_cut = true;
                break;
            }
            left -= line.len() + 1;
            body.push_str(line);
            body.push('\n');
        }
        if !body.is_empty() {
            self.text.push_str(&block.open);
            self.text.push_str(&body);
            self.text.push_str(&block.close);
        }
    }

    /// The page, which says if something was left out.
    pub(super) fn finish(mut self, notice: &str) -> String {
        if self.is_cut {
            self.text.push_str(notice);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(open: &str, lines: &[&str], close: &str) -> Block {
        Block::framed(open, lines.iter().map(ToString::to_string).collect(), close)
    }

    #[test]
    fn a_block_that_does_not_fit_is_cut_between_lines_and_closed() {
        let mut page = Page::new(NOTICE + 24);
        page.add(&block("<a>\n", &["12345", "12345", "12345"], "</a>\n"));
        page.add(&block("<b>\n", &["1"], "</b>\n"));
        assert_eq!(page.finish("cut\n"), "<a>\n12345\n12345\n</a>\ncut\n");
    }

    #[test]
    fn a_page_on_which_all_fits_says_nothing_of_it() {
        let mut page = Page::new(NOTICE + 24);
        page.add(&block("<a>\n", &["1"], "</a>\n"));
        page.add(&block("<b>\n", &[], "</b>\n"));
        assert_eq!(page.finish("cut\n"), "<a>\n1\n</a>\n");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_it_and_closed_where_it_is_cut() {
        let lines: Vec<String> = ["```", "x", "y"].map(str::to_owned).to_vec();
        let mut page = Page::new(NOTICE + 24);
        page.add(&Block::fenced("#\n", "diff", &lines));
        assert_eq!(page.finish("cut\n"), "#\n````diff\n```\nx\n````\n\ncut\n");
    }
}
