package classify

// Key is the form in which names of categories are compared: two spellings are one name when their keys are equal. ""
// for a name without letters and digits.
func Key(name string) string { return nameKey(name) }

// Named gives the category that people or platforms call name, in any language and spelling that the tables know.
func Named(name string) (Category, bool) {
	key := nameKey(name)
	at, ok := tree().byName[key]
	if !ok || key == "" {
		return Category{}, false
	}
	return tree().categories[at], true
}
