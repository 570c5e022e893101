// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class TargetTextTests
{
    [Theory]
    [InlineData("nginx", "nginx")]
    [InlineData("", "")]
    [InlineData("größe 猫 😀", "größe 猫 😀")]
    [InlineData("a\e[31mb", "a?[31mb")]
    [InlineData("a\r\n\tb\0\a\u007f", "a???b???")]
    [InlineData("c1 \u009b31m", "c1 ?31m")]
    [InlineData("bidi \u202egnp.exe\u2066", "bidi ?gnp.exe?")]
    [InlineData("line\u2028para\u2029zero\u200bwidth\ufeff", "line?para?zero?width?")]
    public void Nothing_that_steers_a_terminal_survives(string text, string clean) => Assert.Equal(clean, TargetText.Clean(text));

    [Fact]
    public void No_code_point_below_the_letters_passes_except_printable_ascii()
    {
        var all = new StringBuilder();
        for (char code = '\0'; code < '\u00a0'; code++)
            all.Append(code);
        Assert.Equal(95 - 1, TargetText.Clean(all.ToString()).Count(letter => letter != '?'));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.DoesNotContain('\ud83d', TargetText.Clean("x" + '\ud83d'));

    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly10!", "exactly10!")]
    [InlineData("more than ten", "more than…")]
    [InlineData("12345678😀90", "12345678…")]
    public void A_cut_field_says_so_and_keeps_characters_whole(string text, string cut) => Assert.Equal(cut, TargetText.Cut(text, 10));
}
