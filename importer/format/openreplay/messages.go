package openreplay

// kind is the number of a message.
type kind uint8

// The messages that mean something here. All numbers are in FORMAT.md.
const (
	timestamp            kind = 0
	sessionStart         kind = 1
	pageLocationOld      kind = 4
	viewportSize         kind = 5
	viewportScroll       kind = 6
	createDocument       kind = 7
	createElement        kind = 8
	createText           kind = 9
	moveNode             kind = 10
	removeNode           kind = 11
	setAttribute         kind = 12
	removeAttribute      kind = 13
	setNodeData          kind = 14
	setCSSData           kind = 15
	nodeScroll           kind = 16
	inputValue           kind = 18
	inputChecked         kind = 19
	mouseMove            kind = 20
	networkRequestOld    kind = 21
	consoleLog           kind = 22
	customEvent          kind = 27
	userID               kind = 28
	anonymousID          kind = 29
	metadata             kind = 30
	stringGlobal         kind = 34
	attributeGlobal      kind = 35
	animationResult      kind = 36
	stringKeyed          kind = 43
	stringLocal          kind = 50
	attributeLocal       kind = 51
	attributeKeyed       kind = 52
	resourceTimingOldest kind = 53
	pageVisibility       kind = 55
	loadFontFace         kind = 57
	nodeFocus            kind = 58
	attributeURLBased    kind = 60
	cssDataURLBased      kind = 61
	customIssue          kind = 64
	nodeSlot             kind = 65
	mouseClick           kind = 68
	mouseClickOld        kind = 69
	createFrame          kind = 70
	sheetReplaceURLBased kind = 71
	sheetReplace         kind = 72
	sheetInsertURLBased  kind = 73
	sheetInsert          kind = 74
	sheetDelete          kind = 75
	sheetAddOwner        kind = 76
	sheetRemoveOwner     kind = 77
	exception            kind = 78
	batchMetadata        kind = 81
	partition            kind = 82
	networkRequest       kind = 83
	resourceTiming       kind = 85
	incident             kind = 87
	mouseThrashing       kind = 114
	resourceTimingOld    kind = 116
	tabChange            kind = 117
	tabData              kind = 118
	canvasNode           kind = 119
	pageLocation         kind = 122
	webVitals            kind = 124
	issueEvent           kind = 125
)

// shapes holds the fields of each message, a letter a field: u unsigned, i
// signed, s text, b truth. A message that is not listed is not known.
var shapes = map[kind]string{
	0: "u", 1: "uussssssssssuuss", 3: "u", 4: "ssu", 5: "uu", 6: "ii", 7: "",
	8: "uuusb", 9: "uuu", 10: "uuu", 11: "u", 12: "uss", 13: "us", 14: "us", 15: "us", 16: "uii", 17: "us", 18: "usi", 19: "ub",
	20: "uu", 21: "sssssuuu", 22: "ss", 23: "uuuuuuuuu", 24: "uuu", 27: "ss", 28: "s", 29: "s", 30: "ss",
	31: "uussbuuuuuuuuuuuu", 32: "uusbs", 33: "uussbuuuuuuuuuuuus", 34: "us", 35: "uuu", 36: "us",
	40: "suss", 41: "ss", 42: "s", 43: "ss", 44: "ssu", 45: "ss", 46: "ss", 47: "ssu", 48: "ssssi", 49: "iiuu",
	50: "us", 51: "uuu", 52: "uss", 53: "uuuuuuss", 54: "us", 55: "b", 56: "uuuuuuuuuuuuuu", 57: "usss", 58: "i",
	60: "usss", 61: "uss", 63: "ss", 64: "ss", 65: "uu", 66: "s", 68: "uussuu", 69: "uuss", 70: "uu",
	71: "uss", 72: "us", 73: "usus", 74: "usu", 75: "uu", 76: "uu", 77: "uu", 78: "ssss", 79: "ss",
	81: "uuuis", 82: "uu", 83: "sssssuuuu", 84: "sssuss", 85: "uuuuuussubuuuuuuu", 87: "sii", 89: "siiiis",
	112: "usbsii", 113: "uus", 114: "u", 115: "u", 116: "uuuuuussub", 117: "s", 118: "s", 119: "su", 120: "i",
	121: "ssuu", 122: "ssus", 123: "ssssu", 124: "ss", 125: "uusssss", 126: "us", 127: "uu",
}

// mobileNames names the messages of recordings of mobile applications, which
// hold pictures of screens and no page.
var mobileNames = map[kind]string{
	90: "MobileSessionStart", 91: "MobileSessionEnd", 92: "MobileMetadata", 93: "MobileEvent", 94: "MobileUserID",
	95: "MobileUserAnonymousID", 96: "MobileScreenChanges", 97: "MobileCrash", 98: "MobileViewComponentEvent",
	100: "MobileClickEvent", 101: "MobileInputEvent", 102: "MobilePerformanceEvent", 103: "MobileLog",
	104: "MobileInternalError", 105: "MobileNetworkCall", 106: "MobileSwipeEvent", 107: "MobileBatchMeta",
	109: "MobileGraphQL", 110: "MobilePerformanceAggregated", 111: "MobileIssueEvent",
}
