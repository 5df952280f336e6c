package state

import (
	"os"

	"filippo.io/age"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Profile is the way in which an archive is encrypted.
type Profile string

// The profiles: a ZIP within age, or a ZIP whose members are sealed one by one
// under AES-256-GCM.
const (
	ProfileAge    Profile = "age"
	ProfileAES256 Profile = "aes256"
)

// packTarget is for whom an archive is written, and what it says of itself.
type packTarget struct {
	recipients []age.Recipient
	info       envelope.Info
}

func producer(d Deps) string { return "hindsite " + d.Version }

func (o PackOptions) target(d Deps) (packTarget, error) {
	t := packTarget{info: envelope.Info{Producer: producer(d)}}
	if o.Origin != "" {
		t.info.Origin.Site = originName(o.Origin)
		if !showable(t.info.Origin.Site) || t.info.Origin.Site == AnyOrigin {
			return t, fault.New(fault.Schema, "pack: the origin is no site")
		}
	}
	var err error
	switch o.Profile {
	case ProfileAge, "":
		t.recipients, err = o.recipients()
	case ProfileAES256:
		t.info.SealTo, err = o.sealTo()
	default:
		err = fault.New(fault.Unsupported, "pack: profile %q is not known", o.Profile)
	}
	if err != nil {
		return t, err
	}
	for _, file := range o.Sign {
		s, err := readSigner(file, o.SignPassphrase)
		if err != nil {
			return t, err
		}
		t.info.Sign = append(t.info.Sign, s)
	}
	return t, nil
}

// sealTo reads the keys of the AES-256 profile: JSON Web Keys, or files with
// them.
func (o PackOptions) sealTo() ([]*sealed.Public, error) {
	if o.PassphraseFile != "" {
		return nil, fault.New(fault.Unsupported, "pack: the AES-256 profile has no passphrases")
	}
	var out []*sealed.Public
	for _, text := range o.Recipients {
		b := []byte(text)
		if !sealed.LooksLikeKey(b) {
			var err error
			if b, err = readSmall(text, maxKeyFile); err != nil {
				return nil, fault.New(fault.NoKey, "read recipient: neither a JSON Web Key nor a file with one")
			}
		}
		keys, err := sealed.ParsePublic(b)
		if err != nil {
			return nil, fault.New(fault.NoKey, "read recipient: %w", err)
		}
		out = append(out, keys...)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.NoKey, "pack: no recipient given")
	}
	return out, nil
}

func readSigner(file, passphrase string) (*signature.Signer, error) {
	b, err := readSmall(file, maxKeyFile)
	if os.IsNotExist(err) {
		return nil, fault.New(fault.NoKey, "read signing key: %w", unwrapPath(err))
	}
	if err != nil {
		return nil, fault.New(fault.Storage, "read signing key: %w", unwrapPath(err))
	}
	defer clear(b)
	secret := []byte(passphrase)
	defer clear(secret)
	return signature.ParseSigner(b, secret)
}
