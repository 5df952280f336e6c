package ui

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"hindsite.app/app/ui/widget"
	"hindsite.app/player/recording"
)

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// plainPath shows an address without escapes.
func plainPath(s string) string {
	if p, err := url.PathUnescape(s); err == nil {
		return p
	}
	return s
}

// pathOnly leaves out the host of a path template.
func pathOnly(s string) string {
	if i := strings.IndexByte(s, '/'); i >= 0 {
		return plainPath(s[i:])
	}
	return plainPath(s)
}

func clockTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func shortTime(t time.Time) string { return t.Local().Format("2 Jan 15:04") }

func milliseconds(ms float64) recording.Time { return recording.Time(ms * 1000) }

// minutes writes a length as 6:42.
func minutes(ms float64) string {
	t := milliseconds(ms)
	if t < recording.Minute {
		return "0:" + pad2(int(t/recording.Second))
	}
	return widget.Brief(t)
}

func pad2(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// deviceIcon names the drawing for a device class.
func deviceIcon(device string) string {
	switch device {
	case "desktop", "phone", "tablet":
		return device
	}
	return "device"
}

// orDash shows what is not known as a dash.
func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// withoutScheme leaves out the scheme of an address.
func withoutScheme(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		return rest
	}
	return s
}
