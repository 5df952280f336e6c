package side

import (
	"maps"
	"slices"
	"strings"

	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// PostHog reads a person, or a recording with its person.
func PostHog(o Object) format.About {
	a := format.About{Recorder: "PostHog"}
	person := o
	if o.has("person") || o.has("recording_duration") {
		a.Session = o.text("id")
		a.Visitor = o.text("distinct_id")
		a.Started = o.started("start_time")
		person = o.under("person")
	}
	a.Visitor = or(a.Visitor, person.first("distinct_ids"), person.text("distinct_id"))
	p := person.under("properties")
	a.Client = format.Client{
		UserAgent: p.text("$raw_user_agent"), Browser: p.text("$browser"), OS: p.text("$os"),
		Device: deviceNamed(p.text("$device_type")), Language: p.text("$browser_language"),
		TimeZone: or(p.text("$timezone"), p.text("$geoip_time_zone")), Country: country(p.text("$geoip_country_code")),
		ScreenW: p.pixels("$screen_width"), ScreenH: p.pixels("$screen_height"),
	}
	attribute(&a, "city", p, "$geoip_city_name")
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !strings.HasPrefix(name, "$") { // what PostHog finds out by itself
			attribute(&a, name, p, name)
		}
	}
	return a
}

// deviceNamed reads the classes of devices as recorders' servers name them.
func deviceNamed(name string) recording.Device {
	switch strings.ToLower(name) {
	case "desktop":
		return recording.Desktop
	case "mobile", "phone", "smartphone":
		return recording.Phone
	case "tablet":
		return recording.Tablet
	}
	return ""
}

// PostHogMember is what rrweb.Known.Describe asks for PostHog's exports.
func PostHogMember(name string, value []byte) (format.About, bool) {
	if name != "person" {
		return format.About{}, false
	}
	o, ok := objectOf(value)
	if !ok {
		return format.About{}, false
	}
	return PostHog(o), true
}
