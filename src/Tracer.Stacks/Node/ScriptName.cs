// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Stacks.Node;

/// <summary>Reads the names that V8 gives to code: "LazyCompile:*userOnData /srv/s.js:2:52", "JS:~get node:net:693:42", "Builtin:ArrayMap".</summary>
internal static class ScriptName
{
    internal const string Anonymous = "(anonymous)";

    // The marks of the compilers, from the interpreter to the last one.
    private const string Tiers = "~^+*'-";

    // Before V8 9.5 the kind of function was said; "JS" since then. Script and Eval are the code outside of functions.
    private static readonly string[] FunctionKinds = ["JS", "LazyCompile", "Function", "Eval", "Script"];

    // How paths begin; names of functions and paths may both hold spaces.
    private static readonly string[] PathStarts = [" /", " node:", " file:", " internal/", " evalmachine."];

    internal static CodeFrame Parse(string text)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || !FunctionKinds.Contains(text[..colon]))
            return new CodeFrame(text, "", 0, FrameKind.Stub);
        bool isOutside = text.StartsWith("Script", StringComparison.Ordinal) || text.StartsWith("Eval", StringComparison.Ordinal);
        string rest = text[(colon + 1)..];
        if (rest.Length > 0 && Tiers.Contains(rest[0]))
            rest = rest[1..];

        int split = Split(rest);
        string function = split < 0 ? rest : rest[..split];
        string file = split < 0 ? "" : rest[(split + 1)..];
        uint line = 0;
        // File:line:column; old versions leave the column out.
        if (TryNumberAtEnd(ref file, out uint last))
            line = TryNumberAtEnd(ref file, out uint before) ? before : last;
        if (function.Length == 0)
            function = isOutside ? "(top level)" : Anonymous;
        return new CodeFrame(function, file, line, FrameKind.JavaScript);
    }

    private static int Split(string text)
    {
        int found = -1;
        foreach (string start in PathStarts)
        {
            int at = text.IndexOf(start, StringComparison.Ordinal);
            if (at >= 0 && (found < 0 || at < found))
                found = at;
        }

        return found >= 0 ? found : text.LastIndexOf(' ');
    }

    private static bool TryNumberAtEnd(ref string text, out uint number)
    {
        int colon = text.LastIndexOf(':');
        number = 0;
        if (colon <= 0 || !uint.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return false;
        text = text[..colon];
        return true;
    }
}
