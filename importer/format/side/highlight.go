package side

import (
	"maps"
	"slices"

	"hindsite.app/importer/format"
)

// highlight reads a session as highlight's interface gives it.
func highlight(o Object) format.About {
	a := format.About{
		Recorder: "highlight", Session: o.text("secure_id"), Visitor: o.text("identifier"), Started: o.started("first_time"),
		Client: format.Client{
			Browser: o.text("browser_name"), OS: o.text("os_name"), Language: o.text("language"), Country: country(o.text("country")),
		},
	}
	for _, name := range []string{"city", "state", "environment", "app_version"} {
		attribute(&a, name, o, name)
	}
	for _, member := range []string{"user_object", "user_properties"} {
		user := o.under(member)
		if s := o.text(member); len(user) == 0 && s != "" {
			user, _ = objectOf([]byte(s)) // JSON in a string
		}
		for _, name := range slices.Sorted(maps.Keys(user)) {
			attribute(&a, name, user, name)
		}
	}
	return a
}
