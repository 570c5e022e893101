// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Turns the runtime's text for a method into what its programmer wrote: "App+&lt;ReadAsync&gt;d__12::MoveNext" is App.ReadAsync. The forms of
/// compiler-made names are those of Roslyn (src/Compilers/CSharp/Portable/Symbols/Synthesized/GeneratedNameKind.cs).
/// </summary>
internal static class MethodName
{
    private const int MaxDepth = 16;
    private const string Separator = "::";

    /// <summary>Reads "instance void [Module] Space.Type::Method(types)[Tier]"; stubs have other forms.</summary>
    internal static CodeFrame Parse(string text)
    {
        if (text.StartsWith("stub ", StringComparison.Ordinal) || text.StartsWith("stub<", StringComparison.Ordinal))
            return new CodeFrame(text, "", 0, FrameKind.Stub);
        int separator = text.IndexOf(Separator, StringComparison.Ordinal);
        if (separator < 0)
            return new CodeFrame(text, "", 0, FrameKind.Stub);

        // The result's type comes first; the module in brackets ends it.
        string head = text[..separator];
        string type = head[(head.LastIndexOf("] ", StringComparison.Ordinal) is var end and >= 0 ? end + 2 : head.LastIndexOf(' ') + 1)..];
        string rest = text[(separator + Separator.Length)..];
        int arguments = rest.IndexOf('(');
        string method = arguments < 0 ? rest : rest[..arguments];
        return Of(type, method);
    }

    /// <summary>Names a method of a type.</summary>
    internal static CodeFrame Of(string type, string method)
    {
        bool isStub = method.StartsWith("IL_STUB", StringComparison.Ordinal)
            || (type == "dynamicClass" && method.StartsWith("InvokeStub_", StringComparison.Ordinal));
        return isStub
            ? new CodeFrame($"{type}.{method}", "", 0, FrameKind.Stub)
            : new CodeFrame(Readable(type, method), "", 0, FrameKind.DotNet);
    }

    private static string Readable(string type, string method)
    {
        var name = new StringBuilder();
        // Nested types are separated by + or, inside signatures, by a slash.
        string[] segments = WithoutArguments(type).Split('+', '/');
        for (int i = 0; i < segments.Length; i++)
        {
            bool isLast = i == segments.Length - 1;
            if (TryStateMachine(segments[i], out string owner))
            {
                Append(name, Written(owner, 0));
                // The body of an async method or iterator, which is what the user wrote; the rest of the state machine keeps its name.
                if (isLast && (method == "MoveNext" || method.EndsWith(".MoveNext", StringComparison.Ordinal)))
                    return name.ToString();
                continue;
            }

            // Closure classes: the lambda inside says where it was written.
            if (segments[i].StartsWith("<>c", StringComparison.Ordinal))
                continue;
            Append(name, WithArity(segments[i]));
        }

        Append(name, Written(method, 0));
        return name.ToString();
    }

    private static void Append(StringBuilder name, string part)
    {
        if (name.Length > 0 && part.Length > 0)
            name.Append('.');
        name.Append(part);
    }

    // <Outer>b__1_0: a lambda; <Outer>g__Local|1_0: a local function; <Main>$: top-level statements.
    private static string Written(string method, int depth)
    {
        int close = Closing(method);
        if (close <= 1 || depth >= MaxDepth)
            return method;
        string outer = Written(method[1..close], depth + 1);
        string rest = method[(close + 1)..];
        if (rest is "" or "$")
            return outer;
        if (rest.StartsWith("b__", StringComparison.Ordinal))
            return $"{outer}.lambda";
        if (!rest.StartsWith("g__", StringComparison.Ordinal))
            return method;
        int bar = rest.IndexOf('|');
        return $"{outer}.{rest[3..(bar < 3 ? rest.Length : bar)]}";
    }

    // <ReadAsync>d__12, <ReadAsync>d__12`1, <<Main>g__Local|0_0>d; Visual Basic: VB$StateMachine_12_ReadAsync.
    private static bool TryStateMachine(string segment, out string owner)
    {
        const string visualBasic = "VB$StateMachine_";
        owner = "";
        if (segment.StartsWith(visualBasic, StringComparison.Ordinal))
        {
            int number = segment.IndexOf('_', visualBasic.Length);
            owner = number < 0 ? "" : WithoutArity(segment[(number + 1)..]);
            return owner.Length > 0;
        }

        int close = Closing(segment);
        if (close <= 1)
            return false;
        string rest = WithoutArity(segment[(close + 1)..]);
        owner = segment[1..close];
        return rest == "d" || rest.StartsWith("d__", StringComparison.Ordinal);
    }

    // The > that closes a < at the beginning; names of explicit implementations have pairs of their own inside.
    private static int Closing(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (depth == 0)
                return i > 0 ? i : -1;
        }

        return -1;
    }

    // List`1[System.Int32]: what fills the type parameters would split one line of code into many.
    private static string WithoutArguments(string type)
    {
        int depth = 0;
        var kept = new StringBuilder(type.Length);
        foreach (char letter in type)
        {
            if (letter == ']' && depth > 0)
                depth--;
            else if (letter == '[')
                depth++;
            else if (depth == 0)
                kept.Append(letter);
        }

        return kept.ToString();
    }

    // Dictionary`2 -> Dictionary<,>
    private static string WithArity(string type)
    {
        const int most = 32;
        int tick = type.LastIndexOf('`');
        return tick > 0 && int.TryParse(type.AsSpan(tick + 1), out int arity) && arity is > 0 and <= most
            ? $"{type[..tick]}<{new string(',', arity - 1)}>"
            : type;
    }

    private static string WithoutArity(string type) => type.LastIndexOf('`') is var tick and > 0 ? type[..tick] : type;
}
