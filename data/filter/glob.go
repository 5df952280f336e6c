package filter

import "strings"

// Glob reports whether s matches pattern, in which '*' stands for any run of
// characters and everything else for itself. Time is linear in len(s) for each
// star. A pattern without a star must equal s.
func Glob(pattern, s string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	for {
		piece, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(s, piece)
		}
		i := strings.Index(s, piece)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(piece):], more
	}
}

// Matches reports whether s is like pattern, as "~" means it: Glob for a
// pattern with a star, else whether s contains it. Case is as given.
func Matches(pattern, s string) bool {
	if strings.Contains(pattern, "*") {
		return Glob(pattern, s)
	}
	return strings.Contains(s, pattern)
}

// MatchPage reports whether the page path, a path template with its host such
// as "shop.test/order/{id}", matches pattern: a glob over host and path, or
// over the path alone when pattern begins with a slash. Case does not matter.
func MatchPage(pattern, path string) bool {
	return Glob(foldPage(pattern, path))
}

// LikePage is MatchPage, except that a pattern without a star is looked for
// anywhere in what it is compared with.
func LikePage(pattern, path string) bool {
	return Matches(foldPage(pattern, path))
}

func foldPage(pattern, path string) (string, string) {
	if strings.HasPrefix(pattern, "/") {
		if i := strings.IndexByte(path, '/'); i > 0 {
			path = path[i:]
		}
	}
	return strings.ToLower(pattern), strings.ToLower(path)
}

// SamePage reports whether value names the page path: its host and path, or
// its path alone when value begins with a slash. Case does not matter.
func SamePage(value, path string) bool {
	value, path = foldPage(value, path)
	return value == path
}
