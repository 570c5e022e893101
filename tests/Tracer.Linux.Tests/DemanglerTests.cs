// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class DemanglerTests
{
    private readonly Demangler _demangler = Demangler.Load();

    [Theory]
    [InlineData("_ZN4Conn11on_readableEi", "Conn::on_readable(int)")]
    [InlineData("_ZNKSt6vectorIiSaIiEE4sizeEv", "std::vector<int, std::allocator<int> >::size() const")]
    [InlineData("main", "main")]
    [InlineData("", "")]
    [InlineData("_Z", "_Z")]
    [InlineData("_ZN4Conn11on_readable", "_ZN4Conn11on_readable")]
    [InlineData("_ZN\uFFFD", "_ZN\uFFFD")]
    [InlineData("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write")]
    [InlineData("_ZN66_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17h0123456789abcdefE", "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop")]
    [InlineData("_ZN4core3fmt5write17h0123456789abcdegE", "core::fmt::write::h0123456789abcdeg")]
    public void Names_become_readable_or_stay_as_they_are(string mangled, string expected)
    {
        Assert.SkipUnless(_demangler.IsAvailable, "no C++ runtime");
        Assert.Equal(expected, _demangler.Demangle(mangled));
    }

    [Fact]
    public void Host_without_a_runtime_keeps_mangled_names()
    {
        Demangler none = Demangler.Load("libdoes-not-exist.so.0");

        Assert.False(none.IsAvailable);
        Assert.Equal("_ZN4Conn11on_readableEi", none.Demangle("_ZN4Conn11on_readableEi"));
    }

    [Fact]
    public void Name_that_expands_exponentially_is_refused()
    {
        // std::pair of the previous type twice, again and again: 40 steps would print 2^40 types.
        var name = new StringBuilder("_Z1fSt4pairIiiE");
        for (int i = 0; i < 40; i++)
            name.Append("S_IS").Append(Base36(i)).Append("_S").Append(Base36(i)).Append("_E");
        var clock = Stopwatch.StartNew();

        Assert.Equal(name.ToString(), _demangler.Demangle(name.ToString()));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void Worst_name_that_is_let_through_is_quick(int width)
    {
        // Grow step by step until the guard refuses; whatever it let through must be harmless.
        var name = new StringBuilder("_Z1fSt4pairIiiE");
        var clock = Stopwatch.StartNew();
        int readable = 0;
        for (int step = 0; step < 40; step++)
        {
            name.Append("S_I");
            for (int i = 0; i < width; i++)
                name.Append('S').Append(Base36(step)).Append('_');
            name.Append('E');
            if (_demangler.Demangle(name.ToString()) != name.ToString())
                readable++;
        }

        Assert.InRange(clock.ElapsedMilliseconds, 0, 5000);
        Assert.Equal(_demangler.IsAvailable, readable > 1);
    }

    [Fact]
    public void Long_result_is_cut()
    {
        Assert.SkipUnless(_demangler.IsAvailable, "no C++ runtime");
        string long_name = new('x', 900);
        string mangled = $"_Z900{long_name}" + "S_";

        Assert.Equal(mangled, _demangler.Demangle(mangled));
        Assert.Equal(long_name + "()", _demangler.Demangle($"_Z900{long_name}v"));
        string repeated = _demangler.Demangle($"_Z1f900{long_name}S_S_S_S_S_S_");
        Assert.Equal(4096 + 3, repeated.Length);
        Assert.EndsWith("...", repeated, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_names_never_crash()
    {
        const string original = "_ZNKSt6vectorINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESaIS5_EE12_M_check_lenEmPKc";
        var random = new Random(3);
        for (int i = 0; i < 50_000; i++)
        {
            var name = new StringBuilder(original[..random.Next(2, original.Length + 1)]);
            for (int flips = random.Next(1, 5); flips > 0; flips--)
                name[random.Next(name.Length)] = (char)random.Next(0x20, 0x7f);
            Assert.DoesNotContain(_demangler.Demangle(name.ToString()), char.IsControl);
        }
    }

    [Fact]
    public void Deeply_nested_name_does_not_exhaust_a_small_stack()
    {
        string pointers = "_Z1f" + new string('P', 1000) + "i";
        string templates = "_Z1f" + string.Concat(Enumerable.Repeat("1aI", 250)) + "i" + new string('E', 250);
        string? first = null, second = null;
        var thread = new Thread(
            () =>
            {
                first = _demangler.Demangle(pointers);
                second = _demangler.Demangle(templates);
            },
            maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        // Readable or refused: alive is what counts.
        Assert.NotNull(first);
        Assert.NotNull(second);
    }

    private static string Base36(int index) => index < 36
        ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index].ToString()
        : "1" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index - 36];
}
