package side

import (
	"maps"
	"slices"

	"hindsite.app/importer/format"
)

// Sentry reads a replay as Sentry's interface gives it, or the event that its
// recorder sends with each segment.
func Sentry(o Object) format.About {
	user := o.under("user")
	a := format.About{
		Recorder: "Sentry", Session: or(o.text("replay_id"), o.text("id")), Started: o.started("started_at"),
		Visitor: or(user.text("id"), user.text("username"), user.text("email")),
	}
	contexts := o.under("contexts")
	a.Client = format.Client{
		Browser: or(o.under("browser").text("name"), contexts.under("browser").text("name")),
		OS:      or(o.under("os").text("name"), contexts.under("os").text("name")),
		Device:  deviceNamed(o.under("device").text("family")),
	}
	a.Client.UserAgent = or(o.under("request").under("headers").text("User-Agent"), o.text("user_agent"))
	for _, name := range []string{"environment", "release", "platform", "replay_type", "project_id"} {
		attribute(&a, name, o, name)
	}
	for _, name := range slices.Sorted(maps.Keys(user)) {
		switch name {
		case "id", "ip", "ip_address", "geo":
		default:
			attribute(&a, "user."+name, user, name)
		}
	}
	tags := o.under("tags")
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		a.Set(name, or(tags.text(name), tags.first(name)))
	}
	return a
}

// SentryEvent reads the event that the recorder sends with a segment.
func SentryEvent(raw []byte) (format.About, bool) {
	o, ok := objectOf(raw)
	if !ok {
		return format.About{}, false
	}
	return Sentry(o), true
}
