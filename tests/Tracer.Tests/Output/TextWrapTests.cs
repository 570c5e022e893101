// SPDX-License-Identifier: Apache-2.0
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class TextWrapTests
{
    [Theory]
    [InlineData("", 10, "")]
    [InlineData("one two", 7, "one two")]
    [InlineData("one two", 6, "one|two")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one  two", 5, "one|two")]
    [InlineData("averylongword two", 5, "averylongword|two")]
    [InlineData("one averylongword two", 5, "one|averylongword|two")]
    [InlineData("averylongword", 5, "averylongword")]
    [InlineData("  one two", 6, "  one|two")]
    [InlineData("one two ", 7, "one two")]
    [InlineData("   ", 2, "")]
    [InlineData("one two\u00a0three", 9, "one|two three")]
    public void Lines_break_at_spaces(string text, int width, string lines) => Assert.Equal(lines, string.Join('|', TextWrap.Lines(text, width)));

    [Fact]
    public void Lines_after_the_first_are_indented_within_the_width() =>
        Assert.Equal(["1. one two", "   three", "   four"], TextWrap.Lines("1. one two three four", width: 10, hang: 3));

    [Fact]
    public void Nothing_is_lost_at_any_width()
    {
        const string text = "NEVER_ACCEPTED: 113 connections wait  in the queue of [::ffff:10.0.0.5]:8888 (python3, pid 900)";
        for (int width = 1; width < text.Length + 2; width++)
        {
            string[] lines = [.. TextWrap.Lines(text, width, hang: 2)];
            Assert.Equal(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            Assert.All(lines, line => Assert.True(line.Length <= Math.Max(width, 3) || !line.Trim().Contains(' '), line));
        }
    }
}
