package rrweb

import (
	"github.com/mileusna/useragent"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// client says what browser and device it was: what is known, else what the
// events tell.
func (c *converter) client(known format.Client) {
	if c.seen.userAgent == "" {
		c.seen.userAgent = known.UserAgent
	}
	c.guessClient()
	client := &c.rec.Client
	replace(&client.Browser, known.Browser)
	replace(&client.OS, known.OS)
	replace(&client.Device, known.Device)
	replace(&client.Language, known.Language)
	replace(&client.TimeZone, known.TimeZone)
	replace(&client.Country, known.Country)
	replace(&client.ScreenW, known.ScreenW)
	replace(&client.ScreenH, known.ScreenH)
}

// replace sets a field to what is known, if anything is.
func replace[T comparable](field *T, known T) {
	var nothing T
	if known != nothing {
		*field = known
	}
}

// overrule gives the session what is known from outside of its events.
func (c *converter) overrule(known format.About) {
	replace(&c.rec.Visitor, format.Clip(known.Visitor))
	for name, value := range known.Attributes {
		c.attribute(name, value)
	}
}

// guessClient goes by the user agent where there is one, else by how the
// visitor pointed and by the size of the page.
func (c *converter) guessClient() {
	client := &c.rec.Client
	client.Device = recording.DeviceUnknown
	if c.seen.userAgent != "" {
		ua := useragent.Parse(c.seen.userAgent)
		client.UserAgent, client.Browser, client.OS = c.seen.userAgent, ua.Name, ua.OS
		switch {
		case ua.Tablet:
			client.Device = recording.Tablet
		case ua.Mobile:
			client.Device = recording.Phone
		case ua.Desktop:
			client.Device = recording.Desktop
		}
	}
	touch := c.touched()
	width := 0
	for _, s := range c.states {
		width = max(width, min(s.w, s.h))
	}
	if client.Device == recording.Desktop && touch && !c.moved() {
		client.Device = recording.Tablet // tablets that ask for desktop pages say so
	}
	if client.Device == recording.Phone && min(client.ScreenW, client.ScreenH) >= 600 {
		client.Device = recording.Tablet // many tablets call themselves mobile
	}
	if client.Device != recording.DeviceUnknown || width == 0 {
		return
	}
	switch {
	case touch && width < 600:
		client.Device = recording.Phone
	case touch && !c.moved():
		client.Device = recording.Tablet
	case c.moved() || width >= 600:
		client.Device = recording.Desktop
	}
}

func (c *converter) touched() bool {
	for i := range c.rec.Interactions {
		if in := &c.rec.Interactions[i]; in.Device == recording.TouchPointer || in.Kind >= recording.TouchStart {
			return true
		}
	}
	return false
}

func (c *converter) moved() bool {
	for i := range c.rec.Pointers {
		if c.rec.Pointers[i].Kind == recording.MouseMove {
			return true
		}
	}
	return false
}
