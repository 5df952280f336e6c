package mask

import "strings"

// mentions reports whether text holds one of the words at the beginning of a
// word of its own: "passw" in "password" and "new password", not in
// "bypassword". Words of four letters or less must be whole: "pin", not "pine".
func mentions(text string, words []string) bool {
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(text[from:], w)
			if i < 0 {
				break
			}
			at := from + i
			end := at + len(w)
			whole := len(w) > 4 || end == len(text) || !isLetter(text[end]) || !isLetter(w[len(w)-1])
			if whole && (at == 0 || !isLetter(text[at-1])) {
				return true
			}
			from = end
		}
	}
	return false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 0x80 }

// Words that name a field of a payment card, in the languages of the sites
// that are recorded most.
var cardWords = []string{
	"card", "cards", "cardno", "cardnum", "cardholder", "cc-", "ccnum", "cc_", "creditcard", "pan", "karte", "kartennummer", "kreditkarte", "carte", "tarjeta", "carta",
	"cartao", "cartão", "kaart", "kort", "karta",
	"cvv", "cvc", "csc", "cvn", "cid", "security code", "securitycode", "prüfnummer", "pruefnummer", "cryptogramme", "sicherheitscode",
}

// Words that name a field which is never kept.
var secretWords = append([]string{
	"passw", "pwd", "passphrase", "pin", "otp", "one-time", "tan", "expir", "exp-", "exp_", "exp ", "gültig", "ablauf", "valid thru",
	"iban", "bic", "swift", "account number", "accountnumber", "kontonummer", "sort code", "sortcode", "routing",
	"ssn", "social security", "tax id", "taxid", "steuer", "nino", "national insurance", "passport", "reisepass", "passeport", "pasaporte",
	"mot de passe", "contraseña", "senha", "wachtwoord", "lösenord", "hasło", "kennwort", "geheimzahl",
}, cardWords...)

// Words that name a field whose content is personal.
var personalWords = []string{
	"name", "firstname", "lastname", "fullname", "surname", "fname", "lname", "mail", "email", "phone", "telephone", "tel", "mobile", "handy", "street", "strasse", "straße", "address", "adresse", "city", "town", "ort",
	"zip", "postcode", "postal", "plz", "birth", "geburt", "dob", "company", "firma", "nom", "prenom", "prénom", "nombre", "apellido",
	"naam", "rue", "ville", "calle", "via", "user", "login", "iban", "message", "comment",
}
