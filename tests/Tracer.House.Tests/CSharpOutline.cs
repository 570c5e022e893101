// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>Namespace, types and members of one C# file, found by counting braces: exact enough to hold sizes and names to the rules.</summary>
internal sealed partial class CSharpOutline
{
    private enum BlockKind { Namespace, Type, Member, Inner }

    /// <summary>Parentheses: how many were open around it, as in a lambda among arguments.</summary>
    private readonly record struct Block(BlockKind Kind, string Header, int FirstLine, int Parentheses);

    private readonly List<Declaration> _types = [];
    private readonly List<Declaration> _members = [];

    private CSharpOutline(string source)
    {
        Code = CSharpText.Strip(source);
        Namespace = NamespaceLine().Match(Code) is { Success: true } match ? match.Groups["name"].Value : "";
        Walk();
    }

    public string Code { get; }

    public string Namespace { get; }

    /// <summary>Every type at every depth.</summary>
    public IReadOnlyList<Declaration> Types => _types;

    /// <summary>Methods, constructors, properties and operators with a body in braces; tables are left out.</summary>
    public IReadOnlyList<Declaration> Members => _members;

    public static CSharpOutline Of(string source) => new(source);

    /// <summary>Lines run from the first line of the header to the closing brace. Depth 0: not inside another type.</summary>
    public sealed record Declaration(string Name, bool IsPublic, int Depth, int FirstLine, int LastLine)
    {
        public int Lines => LastLine - FirstLine + 1;
    }

    private void Walk()
    {
        Stack<Block> open = [];
        int headerStart = 0;
        int parentheses = 0;
        int line = 1;
        for (int at = 0; at < Code.Length; at++)
        {
            switch (Code[at])
            {
                case '\n': line++; break;
                case '(' or '[': parentheses++; break;
                case ')' or ']': parentheses--; break;
                case ';' when parentheses == 0:
                    AddBodyless(HeaderAt(headerStart, at), open, line);
                    headerStart = at + 1;
                    break;
                case '{':
                    string header = HeaderAt(headerStart, at);
                    open.Push(new(KindOf(header, open), header, line - NewLines(header), parentheses));
                    (headerStart, parentheses) = (at + 1, 0);
                    break;
                case '}' when open.Count > 0:
                    parentheses = Close(open, line);
                    headerStart = at + 1;
                    break;
                default:
                    break;
            }
        }
    }

    private int Close(Stack<Block> open, int line)
    {
        Block closed = open.Pop();
        if (closed.Kind == BlockKind.Type)
            AddType(closed.Header, open, closed.FirstLine, line);
        else if (closed.Kind == BlockKind.Member)
            _members.Add(DeclarationOf(MemberName(), closed.Header, open, closed.FirstLine, line));
        return closed.Parentheses;
    }

    /// <summary>Positional records, empty types and delegates end with a semicolon.</summary>
    private void AddBodyless(string header, Stack<Block> open, int line)
    {
        if (open.All(block => block.Kind is BlockKind.Namespace or BlockKind.Type) && TypeName().IsMatch(header))
            AddType(header, open, line - NewLines(header), line);
    }

    private void AddType(string header, Stack<Block> open, int firstLine, int lastLine) =>
        _types.Add(DeclarationOf(TypeName(), header, open, firstLine, lastLine));

    private static Declaration DeclarationOf(Regex name, string header, Stack<Block> open, int firstLine, int lastLine) =>
        new(name.Match(header).Groups["name"].Value, PublicWord().IsMatch(header), open.Count(block => block.Kind == BlockKind.Type), firstLine, lastLine);

    private string HeaderAt(int start, int end) => Attributes().Replace(Code[start..end], "").TrimStart();

    private static int NewLines(string text) => text.Count(letter => letter == '\n');

    private static BlockKind KindOf(string header, Stack<Block> open)
    {
        BlockKind parent = open.Count == 0 ? BlockKind.Namespace : open.Peek().Kind;
        if (parent is BlockKind.Member or BlockKind.Inner)
            return BlockKind.Inner;
        if (NamespaceLine().IsMatch(header))
            return BlockKind.Namespace;
        if (TypeName().IsMatch(header))
            return BlockKind.Type;
        // A field with an initializer, and a switch or new object after an arrow, are tables: their size says nothing about complexity.
        bool isTable = FieldInitializer().IsMatch(header) || ArrowTable().IsMatch(header);
        return parent == BlockKind.Type && !isTable ? BlockKind.Member : BlockKind.Inner;
    }

    [GeneratedRegex(@"^\s*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*)+")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^[^=(]*?\b(?:class|interface|enum|record\s+struct|record\s+class|record|struct|delegate\s+[\w<>\[\],.? ]+?)\s+(?<name>\w+)\s*(?:<[^{;]*?>\s*)?(?=[\s({:;]|$)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<name>[\w.]+)\s*(?:<[^()]*>)?\s*(?:\(|$|=>)")]
    private static partial Regex MemberName();

    [GeneratedRegex(@"^[^(]*[^=!<>(]=[^=>]")]
    private static partial Regex FieldInitializer();

    [GeneratedRegex(@"=>[^=]*\bswitch\s*$|=>\s*new\b[^={]*$")]
    private static partial Regex ArrowTable();

    [GeneratedRegex(@"\bpublic\b")]
    private static partial Regex PublicWord();
}
