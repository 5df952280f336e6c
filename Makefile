# make demo   all set-up, then the sample study from archive to window
# make test   all set-up, then the tests
TAGS := migrated_fynedo
OUT  := out
SETS := pages,unseen,corpus,study

.PHONY: demo test vet race bench fidelity fuzz cli build window-test test-shared licences clean

build:
	@.ci/setup
	go build -tags $(TAGS) -o hindsite .

# The command line alone: no C compiler, no window.
cli:
	CGO_ENABLED=0 go build -tags nogui -o hindsite-cli .

# On a machine without a screen the window runs on a virtual one and writes
# pictures of its screens.
demo: build
	@mkdir -p $(OUT)
	@if [ -n "$(SHOTS_ONLY)" ] || [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ] && [ "$$(uname -s)" = Linux ]; then \
	  .ci/setup display && \
	  .ci/screen ./hindsite demo --dir $(OUT)/demo --shots $(OUT)/screenshots && \
	  ls $(OUT)/screenshots/library.png $(OUT)/screenshots/player.png $(OUT)/screenshots/heatmap.png && \
	  echo "no screen here: the window ran on a virtual one; its pictures are in $(OUT)/screenshots"; \
	else ./hindsite demo --dir $(OUT)/demo; fi

# Runs without a display, a GPU and a C compiler.
test:
	CGO_ENABLED=0 go test -tags ci,$(TAGS) ./...

vet:
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	CGO_ENABLED=0 go vet -tags ci,$(TAGS) ./...
	CGO_ENABLED=0 go vet -tags nogui . ./app/cli ./app/state ./app/window
	CGO_ENABLED=0 go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 -tags ci,$(TAGS) ./...

race:
	@.ci/setup
	go test -race -tags ci,$(TAGS) ./importer ./importer/source/... ./data/... ./app/state ./app/ui/... ./player/replay ./player/render/flat

# A real window, driven with keys and mouse. HINDSITE_SHOTS names a folder for
# what was seen.
window-test: build
	@.ci/setup display
	CGO_ENABLED=0 go vet -tags xvfb,ci,$(TAGS) ./app/window
	HINDSITE_BINARY=$(CURDIR)/hindsite CGO_ENABLED=0 go test -tags xvfb,ci,$(TAGS) -count=1 ./app/window

# Larger runs over recordings that are not part of the project.
test-shared:
	@test -d "$$HINDSITE_SHARED" || { echo "HINDSITE_SHARED names no folder: it must hold corpus/, pages/ and study/"; exit 1; }
	CGO_ENABLED=0 go test -tags ci,$(TAGS) -count=1 ./importer/... ./player/... ./app/state/...

# With HINDSITE_SHARED the long recordings are measured, too.
bench: build
	@.ci/setup display
	CGO_ENABLED=0 go test -tags ci,$(TAGS) -run '^$$' -bench . -benchtime 1s ./importer/... ./player/... ./data/... ./app/state ./app/ui/...
	HINDSITE_BINARY=$(CURDIR)/hindsite CGO_ENABLED=0 go test -tags xvfb,ci,$(TAGS) -run '^$$' -bench FirstFrame -benchtime 5x ./app/window

# How near the engine comes to recorded pages and to Chromium: a table, and
# figures and pictures in out/fidelity. Of the unseen set only means are told,
# unless UNSEEN=pages. PAGE=name WORST=20 names elements in the wrong place.
fidelity:
	@mkdir -p $(OUT)/fidelity
	CGO_ENABLED=0 go run ./app/fidelity -out $(OUT)/fidelity -tell $(or $(UNSEEN),mean) -sets "$(SETS)" -page "$(PAGE)" -worst $(or $(WORST),0)

fuzz:
	.ci/fuzz

licences:
	.ci/licences > app/LICENCES.md

clean:
	rm -rf $(OUT) hindsite hindsite-cli
