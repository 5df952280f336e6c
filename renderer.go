package main

import "hindsite.app/player/render"

// renderer returns the default page renderer.
func renderer() render.Backend { return nil }
