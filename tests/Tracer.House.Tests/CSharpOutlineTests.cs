// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>The rules below are only as good as the reading of the source.</summary>
public sealed class CSharpOutlineTests
{
    [Theory]
    [InlineData("a // } \" {\nb", "a \nb")]
    [InlineData("a /* { \n */ b", "a \n b")]
    [InlineData("f('{', '\"', '\\'')", "f(, , )")]
    [InlineData("s = \"{ \\\" \" + x", "s =  + x")]
    [InlineData("s = @\"{ \"\" \\\" + x", "s =  + x")]
    [InlineData("s = $\"{{ {f(\"}\")} \" + x", "s =  + x")]
    [InlineData("s = $@\"{{ \"\" {x} \\\" + x", "s =  + x")]
    [InlineData("s = \"\"\"{ \" \"\" \n \"\"\" + x", "s = \n + x")]
    [InlineData("#region {\nb", "\nb")]
    [InlineData("@class.x", "@class.x")]
    public void Literals_and_comments_are_blanked(string source, string expected)
    {
        string stripped = CSharpText.Strip(source);
        Assert.Equal(source.Length, stripped.Length);
        Assert.Equal(Squeeze(expected), Squeeze(stripped));
    }

    [Fact]
    public void Types_are_found_with_name_depth_and_visibility()
    {
        CSharpOutline outline = CSharpOutline.Of("""
            namespace A.B;
            [Flags, Name("x(")] public enum Bits { None }
            public readonly record struct Key(ulong Cookie, uint Netns);
            public delegate void Sink<T>(T kind, in Key key) where T : struct;
            internal sealed class Outer<T>(int size) : Base(size) where T : class
            {
                private struct Nested { public int Value; }
                public T? Make<T>(int a = 3) where T : struct { return null; }
                private readonly Func<int> _call = Run(() => { return 1; });
                public int After { get; } = 3;
            }
            """);
        Assert.Equal("A.B", outline.Namespace);
        Assert.Equal(
            ["Bits True 0", "Key True 0", "Sink True 0", "Nested False 1", "Outer False 0"],
            outline.Types.Select(type => $"{type.Name} {type.IsPublic} {type.Depth}"));
        Assert.Equal(["Make", "After"], outline.Members.Select(member => member.Name));
    }

    [Fact]
    public void Members_are_measured_from_header_to_closing_brace()
    {
        CSharpOutline outline = CSharpOutline.Of("""
            class C
            {
                [Fact]
                public void Long(
                    int a)
                {
                    if (a > 0) { a--; }
                    Call(() => { a++; });
                }

                public int Table => 1 switch
                {
                    _ => 2,
                };

                public static List<int> Cells => new()
                {
                    1,
                };

                public int Short
                {
                    get;
                }

                private static readonly int[] Rows = new[]
                {
                    1,
                };
            }
            """);
        Assert.Equal(["Long 6", "Short 4"], outline.Members.Select(member => $"{member.Name} {member.Lines}"));
    }

    private static string Squeeze(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
