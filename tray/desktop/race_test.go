//go:build race

package desktop

const raced = true
