package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func rgb(hex uint32) color.NRGBA { return rgba(hex, 255) }

func rgba(hex uint32, a uint8) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), a}
}

// Text and its grounds keep a contrast of at least 4.5 to 1; a test checks it.
var dark = map[fyne.ThemeColorName]color.NRGBA{
	App: rgb(0x131519), Panel: rgb(0x1a1d22), Header: rgb(0x20242a), Inset: rgb(0x14161a), Line: rgb(0x2c3139),
	Muted: rgb(0x98a1ae), Stage: rgb(0x0d0f12), Raised: rgb(0x2a2f38), Stripe: rgb(0x262a31), OnAlarm: rgb(0xff9a94),

	DataPage: rgb(0x5b8fd0), DataPointer: rgb(0x58a6e8), DataClick: rgb(0xf0b93a), DataScroll: rgb(0x66c07f),
	DataInput: rgb(0xae8be8), DataError: rgb(0xef6461), Playhead: rgb(0xff5d55),

	theme.ColorNameBackground: rgb(0x1a1d22), theme.ColorNameForeground: rgb(0xdce0e6), theme.ColorNameDisabled: rgb(0x6a7380),
	theme.ColorNamePlaceHolder: rgb(0x8a93a0), theme.ColorNameInputBackground: rgb(0x14161a), theme.ColorNameInputBorder: rgb(0x363c46),
	theme.ColorNameButton: rgb(0x2a2f38), theme.ColorNameHover: rgba(0xffffff, 14), theme.ColorNamePressed: rgba(0xffffff, 28),
	theme.ColorNamePrimary: rgb(0x5c98ff), theme.ColorNameForegroundOnPrimary: rgb(0x0b1220), theme.ColorNameFocus: rgba(0x5c98ff, 110),
	theme.ColorNameSelection: rgba(0x4f8ff7, 56), theme.ColorNameHyperlink: rgb(0x7fb0ff), theme.ColorNameSeparator: rgb(0x2c3139),
	theme.ColorNameScrollBar: rgba(0xffffff, 60), theme.ColorNameScrollBarBackground: rgba(0, 0), theme.ColorNameShadow: rgba(0, 90),
	theme.ColorNameMenuBackground: rgb(0x24282f), theme.ColorNameOverlayBackground: rgb(0x1e2228), theme.ColorNameHeaderBackground: rgb(0x20242a),
	theme.ColorNameError: rgb(0xef6461), theme.ColorNameWarning: rgb(0xf2ab4a), theme.ColorNameSuccess: rgb(0x5fc083),
}

var light = map[fyne.ThemeColorName]color.NRGBA{
	App: rgb(0xe3e7ec), Panel: rgb(0xf8f9fb), Header: rgb(0xeef1f5), Inset: rgb(0xffffff), Line: rgb(0xd0d6de),
	Muted: rgb(0x56606d), Stage: rgb(0xc9d0d9), Raised: rgb(0xffffff), Stripe: rgb(0xe4e8ed), OnAlarm: rgb(0xb02f2c),

	DataPage: rgb(0x3f6fae), DataPointer: rgb(0x3b8ad8), DataClick: rgb(0xc98a10), DataScroll: rgb(0x3a9a58),
	DataInput: rgb(0x7d55c7), DataError: rgb(0xc93a37), Playhead: rgb(0xe03a33),

	theme.ColorNameBackground: rgb(0xf8f9fb), theme.ColorNameForeground: rgb(0x1b2129), theme.ColorNameDisabled: rgb(0x8a94a0),
	theme.ColorNamePlaceHolder: rgb(0x66707d), theme.ColorNameInputBackground: rgb(0xffffff), theme.ColorNameInputBorder: rgb(0xbcc4ce),
	theme.ColorNameButton: rgb(0xe4e8ee), theme.ColorNameHover: rgba(0, 14), theme.ColorNamePressed: rgba(0, 30),
	theme.ColorNamePrimary: rgb(0x1c5fcc), theme.ColorNameForegroundOnPrimary: rgb(0xffffff), theme.ColorNameFocus: rgba(0x1f63d3, 100),
	theme.ColorNameSelection: rgba(0x2a6fe0, 40), theme.ColorNameHyperlink: rgb(0x1f63d3), theme.ColorNameSeparator: rgb(0xd0d6de),
	theme.ColorNameScrollBar: rgba(0, 70), theme.ColorNameScrollBarBackground: rgba(0, 0), theme.ColorNameShadow: rgba(0, 40),
	theme.ColorNameMenuBackground: rgb(0xffffff), theme.ColorNameOverlayBackground: rgb(0xffffff), theme.ColorNameHeaderBackground: rgb(0xeef1f5),
	theme.ColorNameError: rgb(0xc93a37), theme.ColorNameWarning: rgb(0x9a5c10), theme.ColorNameSuccess: rgb(0x237a44),
}
