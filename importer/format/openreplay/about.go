package openreplay

import (
	"context"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// recorder is the name under which the recordings are known.
const recorder = "OpenReplay"

// about is what a session says of itself, in its messages and beside them.
type about struct {
	format.About
	user, anonymous, device string // who: the first that is known counts
}

// message takes a message about the session; others are passed over.
func (a *about) message(k kind, f *fields) {
	switch k {
	case userID:
		a.user = f.text(0)
	case anonymousID:
		a.anonymous = f.text(0)
	case metadata:
		a.Set(f.text(0), f.text(1))
	case sessionStart:
		a.device = f.text(4)
		a.Client = format.Client{
			UserAgent: f.text(5), OS: f.text(6), Browser: f.text(8), Device: deviceOf(f.text(11)), Country: country(f.text(14)),
		}
		if id := f.text(15); id != "" {
			a.user = id
		}
	}
}

// known returns all that is known.
func (a *about) known() format.About {
	out := a.About
	out.Recorder = recorder
	for _, id := range []string{a.user, a.anonymous, a.device} {
		if out.Visitor == "" {
			out.Visitor = format.Clip(id)
		}
	}
	return out
}

// maxSide bounds the files beside a recording.
const maxSide = 16 << 20

// restSession is what OpenReplay's interface answers for a session.
type restSession struct {
	SessionID       jsontext.Value            `json:"sessionId"`
	Platform        string                    `json:"platform"`
	UserID          *string                   `json:"userId"`
	UserUUID        *string                   `json:"userUuid"`
	UserAnonymousID *string                   `json:"userAnonymousId"`
	UserOS          *string                   `json:"userOs"`
	UserBrowser     *string                   `json:"userBrowser"`
	UserDevice      *string                   `json:"userDevice"`
	UserDeviceType  *string                   `json:"userDeviceType"`
	UserCountry     *string                   `json:"userCountry"`
	Metadata        map[string]jsontext.Value `json:"metadata"`
}

// side takes a file beside the recording: the interface's answer for the
// session. It reports false for another file.
func (a *about) side(ctx context.Context, f format.File) (ok bool, err error) {
	b, err := f.ReadAll(ctx, maxSide)
	if err != nil {
		return false, err
	}
	var answer struct {
		restSession
		Data *restSession `json:"data"`
	}
	if json.Unmarshal(b, &answer, jsontext.AllowInvalidUTF8(true), json.MatchCaseInsensitiveNames(false)) != nil {
		return false, nil
	}
	s := &answer.restSession
	if answer.Data != nil {
		s = answer.Data
	}
	if p := strings.ToLower(s.Platform); p == "ios" || p == "android" {
		return true, mobileError(p)
	}
	a.Session = scalar(s.SessionID)
	a.take(s)
	return true, nil
}

func (a *about) take(s *restSession) {
	set := func(to *string, value *string) {
		if value != nil && *value != "" {
			*to = *value
		}
	}
	set(&a.user, s.UserID)
	set(&a.anonymous, s.UserAnonymousID)
	set(&a.device, s.UserUUID)
	set(&a.Client.OS, s.UserOS)
	set(&a.Client.Browser, s.UserBrowser)
	if s.UserDeviceType != nil {
		a.Client.Device = deviceOf(*s.UserDeviceType)
	}
	if s.UserCountry != nil {
		a.Client.Country = country(*s.UserCountry)
	}
	if s.UserDevice != nil {
		a.Set("device", *s.UserDevice)
	}
	for name, value := range s.Metadata {
		a.Set(name, scalar(value))
	}
}

// scalar returns the text or number that v holds, "" for others.
func scalar(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		b, _ := jsontext.AppendUnquote(nil, v)
		return clean(b)
	case '0':
		return string(v)
	case 't', 'f':
		return strconv.FormatBool(v.Kind() == 't')
	}
	return ""
}

// deviceOf reads OpenReplay's names of device classes.
func deviceOf(name string) recording.Device {
	switch strings.ToLower(name) {
	case "desktop":
		return recording.Desktop
	case "mobile":
		return recording.Phone
	case "tablet":
		return recording.Tablet
	}
	return ""
}

// country returns a country's two letters; XX and UN stand for none.
func country(code string) string {
	if code = strings.ToUpper(code); len(code) != 2 || code == "XX" || code == "UN" {
		return ""
	}
	return code
}
