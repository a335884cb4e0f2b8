// Preact without what no page here uses, a quarter of it: hydration, suspense, portals, contexts, error boundaries, legacy life cycle
// methods, inner HTML, hooks for tools. Each pair is a piece of the minified module as published and what stands in its place. A
// version in which a piece is not found exactly once does not build: then this list is made anew, or dropped.

import type { Plugin } from "vite";

const svg = '"http://www.w3.org/2000/svg"';

/** Pieces of code and what replaces them. "…" in a piece is anything up to what follows. */
const pieces: readonly (readonly [string, string])[] = [
  // Tools that watch what is made.
  ["return!o&&n.vnode&&n.vnode(e),e}", "return e}"],
  ["n.vnode&&n.vnode(r),", ""],
  ["return u(n.event?n.event(r):r)", "return u(r)"],
  [
    "&&i==n.debounceRendering||((i=n.debounceRendering)||queueMicrotask)(H)}function H",
    "||queueMicrotask(H)}function H",
  ],
  ["(i||queueMicrotask)(H)", "queueMicrotask(H)"],
  // Ways to be told when a change is drawn, and to be given an element, that nobody asks for.
  ["y.push.apply(d.__h,d.__k),d.__k=[],d.__h.length", "d.__h.length"],
  ["C&&(y.push.apply(d.__h,d.__k),d.__k=[]),", ""],
  ["d.__h=[],d.__k=[])", "d.__h=[])"],
  ["this.__v&&(t&&this.__k.push(t),L(this))", "this.__v&&L(this)"],
  ["n&&this.__h.push(n),L(this)", "L(this)"],
  ['try{"function"==typeof t?r?r.__x=…:t.current=r}catch(t){n.__e(t,u)}}', "t.current=r}"],
  ["M=a.ownerDocument||document,!C)return M.", "!C)return document."],
  // Hydration and suspense: what is already in the document (o, c, l), and where a part waits (B).
  ["32&u.__u?[i]:null,f,i||S(u),32&u.__u,o)", "f,i||S(u),o)"],
  ["function I(n,t,r,u,i,f,o,e,l,c,a)", "function I(n,t,r,u,i,f,e,l,a)"],
  ["z(n,v,h,i,f,o,e,l,c,a)", "z(n,v,h,i,f,e,l,a)"],
  ["function z(t,r,u,i,f,o,e,l,c,a)", "function z(t,r,u,i,f,e,l,a)"],
  ["128&u.__u&&(c=32&u.__u,…l=o[0]||l),", ""],
  [
    "if(e.length=v,r.__v=null,c||o)if(t&&t.then){…}else o&&o.some(g);else r.__e=u.__e;",
    "e.length=v,r.__v=null,r.__e=u.__e;",
  ],
  ["t&&t.then||D(r),n.__e", "D(r),n.__e"],
  ["r.__u&=-161,p&&p.some(g),d.__h.length&&e.push(d),1&d.__g&&(d.__g&=-4)", "d.__h.length&&e.push(d)"],
  ["F(u.__e,r,u,i,f,o,e,c,a,t)", "F(u.__e,r,u,i,f,e,a,t)"],
  ["function B(n,t){…}function D(n)", "function D(n)"],
  ["function F(t,r,u,i,f,o,e,l,c,a)", "function F(t,r,u,i,f,e,c,a)"],
  ["!u&&(i=t.__c)&&(i=i.__z)&&…,g(f),g(i)),", ""],
  ["for(t&&!t.parentNode&&(t=S(n))", "t&&!t.parentNode&&(t=S(n))"],
  ["e=t;e&&8==e.nodeType;)e=e.nextSibling;for(o!=e&&", "e=t;o!=e&&"],
  [',t=o;(t=t&&t.nextSibling)&&8==t.nodeType&&!t.data.startsWith("$s"););return t}', ";return o.nextSibling}"],
  // Elements: no MathML, no foreign parts in pictures, no elements that are extended, no HTML as text.
  [`if("svg"==C?f=${svg}:…{t=k,o[s]=null;break}if(!t)`, `if("svg"==C&&(f=${svg}),!t)`],
  ["M.createElementNS(f,C,x.is?x:a),l&&(n.__m&&n.__m(r,o),l=!1),o=null}", "document.createElementNS(f,C)}"],
  ['if(a="template"==C&&…,o="textarea"==C&&….value;for(s in $)', "for(s in $)"],
  [
    'k=$[s],"dangerouslySetInnerHTML"==s?y=k:"children"==s||s in x||…||N(t,s,null',
    'k=$[s],"children"==s||s in x||N(t,s,null',
  ],
  ['"dangerouslySetInnerHTML"==s?h=k:"value"==s?', '"value"==s?'],
  ['l&&"function"!=typeof k||$[s]===k', "$[s]===k"],
  ["h?(l||y&&…,I(a,w(_)", "I(t,w(_)"],
  [
    'r,u,i,f,o,e,o?o[0]:u.__k&&S(u,0),l,c),o&&o.some(g)),l&&"textarea"!=C||(s="value",…N(t,s,b,$[s],f),s=',
    'r,u,i,f,e,u.__k&&S(u,0),c),s="value",null==b||b===t[s]||N(t,s,b,$[s],f),s=',
  ],
  ["m!=t[s]&&N(t,s,m,$[s],f))}else $===x||l&&t.data==x||(t.data=x)", "m!=t[s]&&N(t,s,m,$[s],f)}else $===x||(t.data=x)"],
  [`if(${svg}==i)t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if("width"!=t`, `if(${svg}!=i&&"width"!=t`],
  ['"list"!=t&&"form"!=t&&', ""],
  ['"rowSpan"!=t&&"colSpan"!=t&&"role"!=t&&"popover"!=t', '"role"!=t'],
  ['"popover"==t&&1==r?"":r', "r"],
  ['f=t!=(t=t.replace(l,"$1")),', ""],
  ["n.addEventListener(t,o,f):n.removeEventListener(t,o,f)", "n.addEventListener(t,o):n.removeEventListener(t,o)"],
  ['if("string"==typeof r)n.style.cssText=r;else{if("string"==typeof u&&(n.style.cssText=u=""),u)', "{if(u)"],
  // Contexts, portals, and the ways that components were told of changes before.
  ["j=(s=V.contextType)&&i[s.__c],L=s?j?j.props.value:s.__:i,", ""],
  ["j&&j.sub(d),", ""],
  ["d.context=L,", ""],
  ["r.__c=d,2&d.__g&&(d.__g|=1)", "r.__c=d"],
  ["d.__s||(d.__s=d.state),V.getDerivedStateFromProps&&(…))),k=d.props", "d.__s||(d.__s=d.state)),k=d.props"],
  ["if(M!==k&&C&&!V.getDerivedStateFromProps&&…(M,L),r.__v", "if(r.__v"],
  ["C&&u.__c&&d.getSnapshotBeforeUpdate&&(m=d.getSnapshotBeforeUpdate(k,b)),", ""],
  ["d.componentDidUpdate(k,b,m)", "d.componentDidUpdate(k,b)"],
  ["d.componentWillUpdate&&d.componentWillUpdate(M,d.__s,L),", ""],
  ["C&&!V.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),", ""],
  ["d.getChildContext&&(i=_({},i,d.getChildContext())),", ""],
  [
    "M.__P&&(s=l,…:null),l=I(t,w(A)?A:[A],r,u,i,f,o,e,l,c,a),M.__P&&(r.__e=null,l=s),",
    "l=I(t,w(A)?A:[A],r,u,i,f,e,l,a),",
  ],
  ['"function"!=typeof n.type||n.props.__P?null', '"function"!=typeof n.type?null'],
  ["n.__c&&!n.props.__P)", "n.__c)"],
  ["if(n.props.__P)return t;", ""],
  ['"function"!=typeof t.type||u&&!t.props.__P)', '"function"!=typeof t.type||u)'],
  ["n={__e:function(n,t,r,u){…throw f=0,n}}", "n={__e:function(n){throw f=0,n}}"],
  // The page is drawn once into an empty element.
  [
    "n.__&&n.__(t,r),9==r.nodeType&&…E(f,r.__k,o),",
    "r.__k=m($,{children:[t]}),f=[],o=[],z(r,r.__k,p,p,r.namespaceURI,f,null,o),E(f,r.__k,o),",
  ],
];

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The module with every piece replaced. */
export function lean(code: string): string {
  for (const [from, to] of pieces) {
    const found = [...code.matchAll(new RegExp(from.split("…").map(escaped).join("[^]*?"), "g"))];
    if (found.length !== 1)
      throw new Error(`Preact is not the one that build/preact.ts knows: ${found.length} × ${from}`);
    code = code.replace(found[0]?.[0] as string, () => to);
  }
  return code;
}

export function leanPreact(): Plugin {
  return {
    name: "onair-lean-preact",
    enforce: "pre",
    apply: "build",
    transform: (code, id) => (id.endsWith("/preact/dist/preact.mjs") ? { code: lean(code), map: null } : null),
  };
}
