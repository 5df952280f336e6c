package envelope

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// bad are the inputs of the security design, section 3.3, that concern envelope
// and container, with the classes that they must be refused with; "" for those
// that are taken, whole or in part.
var bad = []struct{ number, what, class string }{
	{"1", "empty file", "NotArchive"},
	{"2", "random bytes", "NotArchive"},
	{"3", "age header only", "Truncated"},
	{"4", "cut at a chunk's end", "Truncated"},
	{"5", "cut in a chunk", "Truncated"},
	{"6", "two final chunks", "Tampered"},
	{"7", "bit flipped", "Tampered"},
	{"8", "chunks swapped", "Tampered"},
	{"9", "trailing byte", "Tampered"},
	{"10", "header MAC changed", "Tampered"},
	{"11", "for another key", "NoKey"},
	{"12", "unknown recipient beside ours", ""},
	{"13", "header too large", "Limit"},
	{"14", "passphrase too dear", "Limit"},
	{"15", "passphrase beside a key", "Tampered"},
	{"16", "hybrid and X25519 mixed", "Policy"},
	{"17", "malformed headers", "Tampered"},
	{"18", "malformed armor", "Tampered"},
	{"19", "JWE algorithms", "Unsupported"},
	{"20", "JWE headers", "Unsupported"},
	{"21", "JWE lengths", "Tampered"},
	{"22", "segment stream", "Tampered, Truncated"},
	{"23", "read again after an error", "Tampered"},
	{"24", "OpenPGP, a byte flipped", "Unsupported"},
	{"25", "plain where encryption is asked for", "Policy"},
	{"26", "age alone where AES-256 is asked for", "Policy"},
	{"42a", "folders in a ZIP", ""},
	{"43", "names that lead out", "Path"},
	{"44", "symbolic links and devices", "Path"},
	{"45", "two members of one name", "Duplicate"},
	{"46", "overlapping members", "Limit"},
	{"47", "2^32 members in 1 KiB", "Manifest"},
	{"48", "one byte declared, 64 MiB held", "Tampered"},
	{"49", "Zstandard bomb", "Limit"},
	{"50", "Zstandard window", "Limit"},
	{"51", "gzip bomb; garbage behind gzip", "Limit, Tampered"},
	{"52", "Zstandard frames", "Tampered, Truncated, Limit"},
	{"53", "archive within an archive", "Unsupported"},
	{"54", "manifest missing, twice, not first", "Manifest"},
	{"55", "member absent", "Manifest"},
	{"56", "member not listed", ""},
	{"57", "digest differs", "Tampered"},
	{"58", "signatures", "Signature"},
	{"59", "made for somebody else", "Signature"},
}

// caseNumber finds what a test says that it is of.
var caseNumber = regexp.MustCompile(`^(?:case |TestCase)(\d+a?)\b`)

// TestEveryCaseHasATest wants a test that is named after each number, with an
// expectation of each of its classes in the same function or table row. It reads
// the tests of the packages that the cases are about, so that none can be
// dropped unseen.
func TestEveryCaseHasATest(t *testing.T) {
	named := map[string]map[string]bool{} // number to classes named near it
	for _, dir := range []string{".", "sealed", "../signature", "../../data/segment"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != dir:
				return fs.SkipDir
			case strings.HasSuffix(path, "_test.go"):
				return collect(path, named)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, b := range bad {
		if i > 0 && slices.IndexFunc(bad, func(o struct{ number, what, class string }) bool { return o.number == b.number }) != i {
			t.Errorf("case %s is listed twice", b.number)
		}
		classes, ok := named[b.number]
		if !ok {
			t.Errorf("case %s (%s) has no test of its name", b.number, b.what)
			continue
		}
		for class := range strings.SplitSeq(b.class, ", ") {
			if class != "" && !classes[class] {
				t.Errorf("case %s (%s): no test of that name expects %s", b.number, b.what, class)
			}
		}
	}
	for number := range named {
		n, _ := strconv.Atoi(strings.TrimSuffix(number, "a"))
		if n <= 59 && !slices.ContainsFunc(bad, func(o struct{ number, what, class string }) bool { return o.number == number }) {
			t.Errorf("case %s is not of this room", number)
		}
	}
}

// collect notes the numbers of cases in a file of tests, and the classes in the
// row of the table that names them, or else in the function.
func collect(path string, named map[string]map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	note := func(number string, near ast.Node) {
		if named[number] == nil {
			named[number] = map[string]bool{}
		}
		ast.Inspect(near, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "fault" {
					named[number][s.Sel.Name] = true
				}
			}
			return true
		})
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if m := caseNumber.FindStringSubmatch(f.Name.Name); m != nil {
			note(m[1], f)
		}
		var rows []ast.Node // from the outermost
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				rows = rows[:len(rows)-1]
				return true
			}
			rows = append(rows, n)
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				return true
			}
			if m := caseNumber.FindStringSubmatch(text); m != nil {
				note(m[1], nearest(rows, f))
			}
			return true
		})
	}
	return nil
}

// nearest returns the row of a table that holds the innermost of nodes, or the
// call that runs it, or the whole function.
func nearest(nodes []ast.Node, whole ast.Node) ast.Node {
	for _, n := range slices.Backward(nodes) {
		switch n := n.(type) {
		case *ast.CompositeLit, *ast.CallExpr:
			found := false
			ast.Inspect(n, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "fault" {
						found = true
					}
				}
				return !found
			})
			if found {
				return n
			}
		}
	}
	return whole
}
