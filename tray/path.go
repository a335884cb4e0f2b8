package tray

import (
	"math"
	"strconv"

	"golang.org/x/image/vector"
)

// maxPathData and maxSegments bound what a server can make us draw; a detailed logo has some hundred segments.
const maxPathData, maxSegments = 16 << 10, 2000

// pen walks along SVG path data: M L H V C S Q T A Z, absolute and relative.
type pen struct {
	z      *vector.Rasterizer
	scale  float64
	x, y   float64 // where it is
	sx, sy float64 // where the figure began
	cx, cy float64 // the last control point, for S and T
	last   byte
}

// trace draws path data; false when it is not of the form, with part of it drawn perhaps.
func trace(z *vector.Rasterizer, data string, scale float64) bool {
	if data == "" || len(data) > maxPathData {
		return false
	}
	p := &pen{z: z, scale: scale}
	s := numbers{rest: data}
	for n := 0; ; n++ {
		cmd, ok := s.command()
		if !ok {
			return s.rest == "" && n > 0
		}
		if n > maxSegments || n == 0 && cmd != 'M' && cmd != 'm' {
			return false
		}
		for first := true; first || s.more(); first = false {
			if n++; n > maxSegments {
				return false
			}
			if !first && (cmd == 'M' || cmd == 'm') {
				cmd-- // further pairs after a move are lines: M → L, m → l
			}
			args, ok := s.take(cmd)
			if !ok || !p.draw(cmd, args) {
				return false
			}
			if len(args) == 0 {
				break
			}
		}
	}
}

var arity = map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'T': 2, 'A': 7, 'Z': 0}

func (p *pen) draw(cmd byte, a []float64) bool {
	if cmd >= 'a' { // relative
		cmd -= 'a' - 'A'
		switch cmd {
		case 'H':
			a[0] += p.x
		case 'V':
			a[0] += p.y
		case 'A':
			a[5], a[6] = a[5]+p.x, a[6]+p.y
		default:
			for i := 0; i+1 < len(a); i += 2 {
				a[i], a[i+1] = a[i]+p.x, a[i+1]+p.y
			}
		}
	}
	for _, v := range a {
		if math.Abs(v) > 1e4 { // far outside any icon; the rasterizer's cost grows with it
			return false
		}
	}
	switch cmd {
	case 'M':
		p.z.ClosePath()
		p.x, p.y, p.sx, p.sy = a[0], a[1], a[0], a[1]
		p.z.MoveTo(p.at(p.x, p.y))
	case 'L':
		p.line(a[0], a[1])
	case 'H':
		p.line(a[0], p.y)
	case 'V':
		p.line(p.x, a[0])
	case 'C':
		p.cube(a[0], a[1], a[2], a[3], a[4], a[5])
	case 'S':
		x, y := p.mirrored('C', 'S')
		p.cube(x, y, a[0], a[1], a[2], a[3])
	case 'Q':
		p.quad(a[0], a[1], a[2], a[3])
	case 'T':
		x, y := p.mirrored('Q', 'T')
		p.quad(x, y, a[0], a[1])
	case 'A':
		p.arc(a[0], a[1], a[2], a[3] != 0, a[4] != 0, a[5], a[6])
	case 'Z':
		p.z.ClosePath()
		p.x, p.y = p.sx, p.sy
		p.z.MoveTo(p.at(p.x, p.y))
	}
	p.last = cmd
	return true
}

func (p *pen) at(x, y float64) (float32, float32) {
	return float32(x * p.scale), float32(y * p.scale)
}

func (p *pen) line(x, y float64) {
	p.x, p.y = x, y
	p.z.LineTo(p.at(x, y))
}

func (p *pen) cube(x1, y1, x2, y2, x, y float64) {
	bx, by := p.at(x1, y1)
	cx, cy := p.at(x2, y2)
	dx, dy := p.at(x, y)
	p.z.CubeTo(bx, by, cx, cy, dx, dy)
	p.x, p.y, p.cx, p.cy = x, y, x2, y2
}

func (p *pen) quad(x1, y1, x, y float64) {
	bx, by := p.at(x1, y1)
	cx, cy := p.at(x, y)
	p.z.QuadTo(bx, by, cx, cy)
	p.x, p.y, p.cx, p.cy = x, y, x1, y1
}

// mirrored is the control point opposite to the last one, when the last command was one of the two.
func (p *pen) mirrored(a, b byte) (float64, float64) {
	if p.last == a || p.last == b {
		return 2*p.x - p.cx, 2*p.y - p.cy
	}
	return p.x, p.y
}

// arc draws an elliptical arc as the SVG specification computes it (appendix B.2.4), in straight steps.
func (p *pen) arc(rx, ry, turn float64, large, sweep bool, x, y float64) {
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 || x == p.x && y == p.y {
		p.line(x, y)
		return
	}
	sin, cos := math.Sincos(turn * math.Pi / 180)
	dx, dy := (p.x-x)/2, (p.y-y)/2
	x1, y1 := cos*dx+sin*dy, cos*dy-sin*dx
	if l := x1*x1/(rx*rx) + y1*y1/(ry*ry); l > 1 {
		rx, ry = rx*math.Sqrt(l), ry*math.Sqrt(l)
	}
	f := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*y1*y1-ry*ry*x1*x1)/(rx*rx*y1*y1+ry*ry*x1*x1)))
	if large == sweep {
		f = -f
	}
	cx1, cy1 := f*rx*y1/ry, -f*ry*x1/rx
	cx, cy := cos*cx1-sin*cy1+(p.x+x)/2, sin*cx1+cos*cy1+(p.y+y)/2
	from := math.Atan2((y1-cy1)/ry, (x1-cx1)/rx)
	to := math.Atan2((-y1-cy1)/ry, (-x1-cx1)/rx)
	span := to - from
	if sweep && span < 0 {
		span += 2 * math.Pi
	} else if !sweep && span > 0 {
		span -= 2 * math.Pi
	}
	const steps = 24
	for i := 1; i < steps; i++ {
		s, c := math.Sincos(from + span*float64(i)/steps)
		p.z.LineTo(p.at(cx+cos*rx*c-sin*ry*s, cy+sin*rx*c+cos*ry*s))
	}
	p.line(x, y)
}

// numbers reads path data.
type numbers struct{ rest string }

func (s *numbers) blank() {
	for s.rest != "" && (s.rest[0] <= ' ' || s.rest[0] == ',') {
		s.rest = s.rest[1:]
	}
}

func (s *numbers) command() (byte, bool) {
	s.blank()
	if s.rest == "" {
		return 0, false
	}
	c := s.rest[0]
	if _, ok := arity[c&^0x20]; !ok {
		return 0, false
	}
	s.rest = s.rest[1:]
	return c, true
}

// more reports whether a number follows.
func (s *numbers) more() bool {
	s.blank()
	return s.rest != "" && (s.rest[0] >= '0' && s.rest[0] <= '9' || s.rest[0] == '-' || s.rest[0] == '+' || s.rest[0] == '.')
}

func (s *numbers) take(cmd byte) ([]float64, bool) {
	n := arity[cmd&^0x20]
	out := make([]float64, 0, n)
	for i := range n {
		s.blank()
		if cmd&^0x20 == 'A' && (i == 3 || i == 4) { // flags may stand without a space
			if s.rest == "" || s.rest[0] != '0' && s.rest[0] != '1' {
				return nil, false
			}
			out = append(out, float64(s.rest[0]-'0'))
			s.rest = s.rest[1:]
			continue
		}
		v, ok := s.number()
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

func (s *numbers) number() (float64, bool) {
	i, dot, digits := 0, false, false
	for ; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c >= '0' && c <= '9':
			digits = true
			continue
		case (c == '-' || c == '+') && (i == 0 || s.rest[i-1]|0x20 == 'e'):
			continue
		case c == '.' && !dot:
			dot = true
			continue
		case c|0x20 == 'e' && digits:
			dot = true // none in an exponent
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(s.rest[:i], 64)
	s.rest = s.rest[i:]
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}
