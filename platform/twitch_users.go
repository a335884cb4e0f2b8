package platform

import (
	"slices"
	"strings"

	"onair/live"
)

// parseTwitchUsers reads an answer of /users about keys: ids, and logins as live.HandleKey writes them. Unknown ones are left
// out of it.
func parseTwitchUsers(body []byte, keys []string) (channelList, error) {
	var p struct {
		Data *[]maybe[struct {
			ID          word `json:"id"`
			Login       word `json:"login"`
			Name        word `json:"display_name"`
			Description word `json:"description"`
		}] `json:"data"`
	}
	if err := decode(body, &p); err != nil {
		return channelList{}, err
	}
	if p.Data == nil {
		return channelList{}, format("no data")
	}
	l := channelList{census: census{rows: len(*p.Data)}}
	for i := range *p.Data {
		u := &(*p.Data)[i].v
		info := live.ChannelInfo{
			ID: string(u.ID), Name: string(u.Name), Handle: string(u.Login),
			Description: string(u.Description), Links: linksIn(string(u.Description)),
		}
		info.Asked = asksHandle(keys, info.Handle)
		l.add(i, info, info.Asked != "" || asksID(keys, info.ID))
	}
	return l.checked()
}

// asksHandle is the one of keys that asks for a handle, "" when none does. No platform tells small letters from capitals.
func asksHandle(keys []string, handle string) string {
	i := slices.IndexFunc(keys, func(k string) bool {
		h, ok := live.HandleOf(k)
		return ok && handle != "" && strings.EqualFold(h, handle)
	})
	if i < 0 {
		return ""
	}
	return keys[i]
}

// splitKeys parts the keys of a request about channels into ids and handles.
func splitKeys(keys []string) (ids, handles []string) {
	for _, k := range keys {
		if h, ok := live.HandleOf(k); ok {
			handles = append(handles, h)
		} else {
			ids = append(ids, k)
		}
	}
	return ids, handles
}
