package main

type benchCmd struct {
	List benchListCmd `cmd:"" help:"Run demos and score their lists against the truth that the simulator knows."`
}
