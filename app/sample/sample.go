// Package sample holds the study that comes with the program.
package sample

import "embed"

// Study holds the sessions as study/NAME.ndjson.gz.
//
//go:embed study/*.ndjson.gz
var Study embed.FS
