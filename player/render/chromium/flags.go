package chromium

import (
	"maps"
	"slices"

	"github.com/chromedp/chromedp"
)

// deadProxy is where everything that wants out is sent: the discard port of this
// machine, where nobody listens.
const deadProxy = "http://127.0.0.1:9"

// networkFlags are the flags that leave a browser no way out.
var networkFlags = map[string]string{
	"proxy-server":                           deadProxy,
	"proxy-bypass-list":                      "<-loopback>",
	"host-resolver-rules":                    "MAP * ~NOTFOUND",
	"webrtc-ip-handling-policy":              "disable_non_proxied_udp",
	"force-webrtc-ip-handling-policy":        "",
	"dns-prefetch-disable":                   "",
	"no-pings":                               "",
	"disable-quic":                           "",
	"disable-background-networking":          "",
	"disable-component-update":               "",
	"disable-client-side-phishing-detection": "",
	"disable-default-apps":                   "",
	"disable-domain-reliability":             "",
	"disable-extensions":                     "",
	"disable-sync":                           "",
	"disable-breakpad":                       "",
	"disable-crash-reporter":                 "",
	"metrics-recording-only":                 "",
	"safebrowsing-disable-auto-update":       "",
	"no-service-autorun":                     "",
	"disable-features":                       "Translate,MediaRouter,DialMediaRouteProvider,OptimizationHints,OptimizationGuideModelDownloading,CertificateTransparencyComponentUpdater,AutofillServerCommunication,InterestFeedContentSuggestions,PrivacySandboxSettings4,NetworkTimeServiceQuerying,msSmartScreenProtection,EdgeShoppingAssistant",
}

// fileFlags are the flags that keep what pages hold out of files.
var fileFlags = map[string]string{
	"disk-cache-dir":                "", // set to a folder that is none
	"disk-cache-size":               "1",
	"media-cache-size":              "1",
	"disable-gpu-shader-disk-cache": "",
	"disable-gpu-program-cache":     "",
	"disable-logging":               "",
	"password-store":                "basic",
	"use-mock-keychain":             "",
}

// lookFlags are the flags that make pictures the same everywhere.
var lookFlags = map[string]string{
	"headless":                               "",
	"hide-scrollbars":                        "",
	"mute-audio":                             "",
	"disable-gpu":                            "",
	"disable-lcd-text":                       "",
	"force-color-profile":                    "srgb",
	"force-device-scale-factor":              "1",
	"lang":                                   "en-US",
	"no-first-run":                           "",
	"no-default-browser-check":               "",
	"disable-hang-monitor":                   "",
	"disable-popup-blocking":                 "",
	"disable-prompt-on-repost":               "",
	"disable-renderer-backgrounding":         "",
	"disable-background-timer-throttling":    "",
	"disable-backgrounding-occluded-windows": "",
	"enable-automation":                      "",
	"window-size":                            "1280,720",
}

// flags returns the options that start a browser. Home is a folder of its own.
func flags(home folder, extra map[string]string) []chromedp.ExecAllocatorOption {
	all := maps.Clone(networkFlags)
	maps.Copy(all, fileFlags)
	maps.Copy(all, lookFlags)
	all["disk-cache-dir"] = home.none()
	all["user-data-dir"] = home.profile()
	if asRoot() {
		all["no-sandbox"] = ""
	}
	maps.Copy(all, extra)
	var options []chromedp.ExecAllocatorOption
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == "" {
			options = append(options, chromedp.Flag(name, true))
		} else {
			options = append(options, chromedp.Flag(name, all[name]))
		}
	}
	if !asRoot() {
		options = append(options, chromedp.Flag("no-sandbox", false))
	}
	return options
}
