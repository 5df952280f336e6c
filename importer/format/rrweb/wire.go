package rrweb

import (
	"errors"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/recording"
)

// The shapes of rrweb's JSON. Fields that are missing keep their zero value;
// fields of the wrong type make the event a bad one.

var errShape = errors.New("value of the wrong shape")

// ignoredNode is the id that recorders give to nodes which they leave out.
const ignoredNode = -2

// nodeID reads an id: an integer within 2^53; null is no node.
type nodeID recording.NodeID

func (id *nodeID) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case 'n':
		*id = nodeID(recording.NoNode)
		return nil
	case '0':
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil || n > 1<<53 || n < ignoredNode {
			return errShape
		}
		if n == ignoredNode {
			n = int64(recording.UnknownNode)
		}
		*id = nodeID(n)
		return nil
	}
	return errShape
}

// pixels reads a coordinate; numbers beyond any screen are refused.
type pixels float32

func (p *pixels) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if v.Kind() == 'n' {
		return nil
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if v.Kind() != '0' || err != nil || math.Abs(f) > 1e8 {
		return errShape
	}
	*p = pixels(f)
	return nil
}

// maxRuleDepth bounds how deep rules stand in each other.
const maxRuleDepth = 32

// indexes reads a position in nested rule lists: a number or a list of them.
type indexes []int

func (ix *indexes) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case 'n':
		return nil
	case '[':
		var many []int
		err := json.Unmarshal(v, &many)
		if len(many) > maxRuleDepth {
			return errShape
		}
		*ix = many
		return err
	}
	var one int
	if err := json.Unmarshal(v, &one); err != nil {
		return err
	}
	*ix = indexes{one}
	return nil
}

type wireSnapshot struct {
	Node          *wireNode      `json:"node"`
	Wireframes    jsontext.Value `json:"wireframes"` // PostHog's, of mobile screens
	InitialOffset struct {
		Left pixels `json:"left"`
		Top  pixels `json:"top"`
	} `json:"initialOffset"`
}

type wireMeta struct {
	Href   string `json:"href"`
	Width  pixels `json:"width"`
	Height pixels `json:"height"`
	Title  string `json:"title"`
}

type wireAdd struct {
	ParentID   nodeID    `json:"parentId"`
	NextID     nodeID    `json:"nextId"`
	PreviousID nodeID    `json:"previousId"`
	Node       *wireNode `json:"node"`
}

type wireMutation struct {
	Texts []struct {
		ID    nodeID  `json:"id"`
		Value *string `json:"value"`
	} `json:"texts"`
	Attributes []struct {
		ID         nodeID     `json:"id"`
		Attributes attributes `json:"attributes"`
	} `json:"attributes"`
	Removes []struct {
		ParentID nodeID `json:"parentId"`
		ID       nodeID `json:"id"`
	} `json:"removes"`
	Adds []wireAdd `json:"adds"`
}

type wirePosition struct {
	X          pixels  `json:"x"`
	Y          pixels  `json:"y"`
	ID         nodeID  `json:"id"`
	TimeOffset float64 `json:"timeOffset"`
}

type wirePositions struct {
	Positions []wirePosition `json:"positions"`
}

type wireInteraction struct {
	Type        int     `json:"type"`
	ID          nodeID  `json:"id"`
	X           *pixels `json:"x"`
	Y           *pixels `json:"y"`
	PointerType *int    `json:"pointerType"`
}

type wireScroll struct {
	ID nodeID `json:"id"`
	X  pixels `json:"x"`
	Y  pixels `json:"y"`
}

type wireInput struct {
	ID            nodeID `json:"id"`
	Text          string `json:"text"`
	IsChecked     bool   `json:"isChecked"`
	UserTriggered *bool  `json:"userTriggered"`
}

type wireMedia struct {
	Type        int     `json:"type"`
	ID          nodeID  `json:"id"`
	CurrentTime float64 `json:"currentTime"`
}

type wireRules struct {
	ID      nodeID  `json:"id"`
	StyleID *int64  `json:"styleId"`
	Replace *string `json:"replace"`
	// ReplaceSync is the other spelling of the same.
	ReplaceSync *string `json:"replaceSync"`
	Adds        []struct {
		Rule  string  `json:"rule"`
		Index indexes `json:"index"`
	} `json:"adds"`
	Removes []struct {
		Index indexes `json:"index"`
	} `json:"removes"`
}

type wireDeclaration struct {
	ID      nodeID  `json:"id"`
	StyleID *int64  `json:"styleId"`
	Index   indexes `json:"index"`
	Set     *struct {
		Property string  `json:"property"`
		Value    *string `json:"value"`
		Priority string  `json:"priority"`
	} `json:"set"`
	Remove *struct {
		Property string `json:"property"`
	} `json:"remove"`
}

type wireAdopted struct {
	ID     nodeID `json:"id"`
	Styles []struct {
		StyleID int64 `json:"styleId"`
		Rules   []struct {
			Rule  string  `json:"rule"`
			Index indexes `json:"index"`
		} `json:"rules"`
	} `json:"styles"`
	StyleIDs []int64 `json:"styleIds"`
}

type wireFont struct {
	Family      string         `json:"family"`
	FontSource  string         `json:"fontSource"`
	Descriptors jsontext.Value `json:"descriptors"`
}

// unmarshal reads v into one of the shapes above. v is a part of an event whose
// names were found to be there once each.
func unmarshal(v jsontext.Value, into any) error {
	return json.Unmarshal(v, into, lenient())
}
