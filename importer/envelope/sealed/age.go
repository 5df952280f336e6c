package sealed

import (
	"filippo.io/age"

	"hindsite.app/player/fault"
)

// stanza is the type of the recipient under which a library's slot carries its
// key to a JWK. Archives do not use it.
const stanza = "hindsite.app/jwe"

// Unwrap implements age.Identity.
func (k *Key) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanza || len(s.Args) != 0 {
			continue
		}
		c, err := parseCompact(s.Body)
		if err != nil {
			return nil, err
		}
		plain, err := c.decrypt([]*Key{k})
		if fault.Of(err) == fault.NoKey {
			continue
		}
		return plain, err
	}
	return nil, age.ErrIncorrectIdentity
}

// AgeRecipient returns the recipient whose files Unwrap opens.
func (k *Key) AgeRecipient() age.Recipient { return ageRecipient{&k.Public} }

type ageRecipient struct{ to *Public }

// Wrap implements age.Recipient.
func (r ageRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	text, err := encrypt(r.to, fileKey)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: stanza, Body: text}}, nil
}
