package envelope

import "hindsite.app/importer/signature"

// ForSomebodyElse reports whether the manifest names recipients and none of the
// keys that the archive was opened with: somebody may have passed it on.
func (a *Archive) ForSomebodyElse() bool { return a.foreign }

// Signature tells who signed the manifest; an archive without one is unsigned.
func (a *Archive) Signature(pins []signature.Pin) signature.Finding {
	if a.manifest == nil {
		return signature.Finding{State: signature.Unsigned}
	}
	var texts [][]byte
	for _, extension := range []string{".sig", ".minisig"} {
		text, ok, err := a.Extra(manifestName + extension)
		if err != nil {
			return signature.Finding{State: signature.Bad, Err: err}
		}
		if ok {
			texts = append(texts, text)
		}
	}
	return signature.Check(a.raw, signature.Archive, texts, pins)
}
