package sealed

import (
	"bytes"
	"encoding/base64"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/fault"
)

const (
	maxHeader = 16 << 10 // bytes of a protected header

	ivSize  = 12
	tagSize = 16
)

// protected is what is looked at of a JWE's protected header. Parameters that
// are not here, jwk and x5c among them, say nothing that is believed.
type protected struct {
	Alg string         `json:"alg"`
	Enc string         `json:"enc"`
	Kid string         `json:"kid"`
	Zip jsontext.Value `json:"zip"`
	// What would have to be understood, would cost work or would point
	// somewhere else.
	Crit jsontext.Value `json:"crit"`
	P2C  jsontext.Value `json:"p2c"`
	P2S  jsontext.Value `json:"p2s"`
	JKU  jsontext.Value `json:"jku"`
	X5U  jsontext.Value `json:"x5u"`
}

// compact is a JWE in compact serialization, looked at and not decrypted.
type compact struct {
	text   string
	header protected
}

func malformed(what string) error { return fault.New(fault.Tampered, "read sealed object: %s", what) }

// parseCompact looks at a compact JWE: everything that decides whether it may
// be decrypted at all.
func parseCompact(text []byte) (compact, error) {
	pieces := bytes.Split(text, []byte("."))
	if len(pieces) != 5 {
		return compact{}, malformed("not a JWE of five parts")
	}
	if len(pieces[0]) > maxHeader {
		return compact{}, fault.New(fault.Limit, "read sealed object: header larger than 16 KiB")
	}
	var decoded [5][]byte
	for i, p := range pieces {
		if i == 1 || i == 3 {
			continue // the key and the content are decoded where they are used
		}
		b, err := base64.RawURLEncoding.Strict().DecodeString(string(p))
		if err != nil {
			return compact{}, malformed("a part of the JWE is not base64url")
		}
		decoded[i] = b
	}
	c := compact{text: string(text)}
	if err := json.Unmarshal(decoded[0], &c.header); err != nil {
		return compact{}, malformed("header is malformed")
	}
	if err := c.header.check(); err != nil {
		return compact{}, err
	}
	if len(decoded[2]) != ivSize || len(decoded[4]) != tagSize {
		return compact{}, malformed("nonce or tag has another length than AES-GCM's")
	}
	return c, nil
}

// check refuses by name what is not read.
func (h *protected) check() error {
	refuse := func(what string) error { return fault.New(fault.Unsupported, "read sealed object: %s", what) }
	switch {
	case h.Kind() == "":
		return refuse("its key is wrapped in another way than ECDH-ES+A256KW or RSA-OAEP-256")
	case h.Enc != string(jose.A256GCM):
		return refuse("its content is not encrypted with A256GCM")
	case h.Zip != nil:
		return refuse("compression within a JWE is not read")
	case h.Crit != nil:
		return refuse("it asks for extensions")
	case h.P2C != nil || h.P2S != nil:
		return refuse("it asks for a passphrase")
	case h.JKU != nil || h.X5U != nil:
		return refuse("it names a key at an address, and none is ever fetched")
	}
	return nil
}

// Kind returns the kind of key that the header asks for, "" for one that is
// not used.
func (h *protected) Kind() Kind {
	switch k := Kind(h.Alg); k {
	case ECDH, RSA:
		return k
	}
	return ""
}

// decrypt opens c with one of the keys. Only keys of the kind that c asks for
// are tried: those that it names, or all where it names none of them.
func (c compact) decrypt(keys []*Key) ([]byte, error) {
	var named, others []*Key
	for _, k := range keys {
		switch {
		case k.Kind != c.header.Kind():
		case k.id == c.header.Kid:
			named = append(named, k)
		default:
			others = append(others, k)
		}
	}
	candidates := named
	if len(named) == 0 {
		candidates = others
	}
	for _, k := range candidates {
		object, err := jose.ParseEncryptedCompact(c.text, []jose.KeyAlgorithm{jose.KeyAlgorithm(k.Kind)}, []jose.ContentEncryption{jose.A256GCM})
		if err != nil {
			return nil, malformed("malformed JWE")
		}
		if plain, err := object.Decrypt(k.private.Key); err == nil {
			return plain, nil
		}
	}
	if len(named) > 0 {
		return nil, malformed("the JWE does not authenticate")
	}
	return nil, fault.New(fault.NoKey, "open sealed object: no key fits; it is sealed to a key for %s", c.header.Kind())
}

// encrypt makes a compact JWE to one recipient.
func encrypt(to *Public, plain []byte) ([]byte, error) {
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.KeyAlgorithm(to.Kind), Key: to.jwk.Key, KeyID: to.id}, nil)
	if err != nil {
		return nil, fault.New(fault.Unsupported, "seal: %w", err)
	}
	object, err := e.Encrypt(plain)
	if err != nil {
		return nil, fault.New(fault.Unsupported, "seal: %w", err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		return nil, fault.New(fault.Unsupported, "seal: %w", err)
	}
	return []byte(text), nil
}
