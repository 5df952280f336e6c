// Package icons holds the bytes of fonts and drawings that are part of the
// program, and nothing else.
package icons

import "embed"

// The fonts; fonts/README.md says where they come from.
var (
	//go:embed fonts/Inter-Regular.otf
	InterRegular []byte
	//go:embed fonts/Inter-SemiBold.otf
	InterSemiBold []byte
	//go:embed fonts/JetBrainsMono-Regular.ttf
	JetBrainsMono []byte
)

// App is the icon of the program, PNG.
//
//go:embed Icon.png
var App []byte

// SVG holds the drawings, svg/NAME.svg, each one filled path in a square of 24.
//
//go:embed svg/*.svg
var SVG embed.FS
