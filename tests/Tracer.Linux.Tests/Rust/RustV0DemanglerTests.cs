// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;
using Tracer.Linux.Rust;
using Xunit;

namespace Tracer.Linux.Tests.Rust;

/// <summary>Names and their readable forms are those of RFC 2603 and of rustc's own demangler, without hashes.</summary>
public sealed class RustV0DemanglerTests
{
    public static TheoryData<string, string> Names => new()
    {
        { "_RNvC6_123foo3bar", "123foo::bar" },
        { "_RNvCs1234_7mycrate3foo", "mycrate::foo" },
        { "_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar" },
        { "_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y", "utf8_idents::\u10e1\u10d0\u10ed\u10db\u10d4\u10da\u10d0\u10d3_\u10d2\u10d4\u10db\u10e0\u10d8\u10d4\u10da\u10d8_\u10e1\u10d0\u10d3\u10d8\u10da\u10d8" },
        { "_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}" },
        { "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_", "<core::slice::Iter<u8> as core::iter::iterator::Iterator>::rposition::<core::slice::memchr::memrchr::{closure#1}>::{closure#0}" },
        { "_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std", "alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>" },
        { "_RMC0INtC8arrayvec8ArrayVechKj7b_E", "<arrayvec::ArrayVec<u8, 123>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_8UnsignedKhb_E", "<const_generic::Unsigned<11>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_6SignedKs98_E", "<const_generic::Signed<152>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_6SignedKanb_E", "<const_generic::Signed<-11>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_4BoolKb0_E", "<const_generic::Bool<false>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_4BoolKb1_E", "<const_generic::Bool<true>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_4CharKc76_E", "<const_generic::Char<'v'>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_4CharKca_E", "<const_generic::Char<'\\n'>>" },
        { "_RMCs4fqI2P2rA04_13const_genericINtB0_4CharKc2202_E", "<const_generic::Char<'\u2202'>>" },
        { "_RNvNvMCs4fqI2P2rA04_13const_genericINtB4_3FooKpE3foo3FOO", "<const_generic::Foo<_>>::foo::FOO" },
        { "_RMC0INtC8arrayvec8ArrayVechKyffffffffffffffff_E", "<arrayvec::ArrayVec<u8, 18446744073709551615>>" },
        { "_RMC0INtC8arrayvec8ArrayVechKo1ffffffffffffffff_E", "<arrayvec::ArrayVec<u8, 0x1ffffffffffffffff>>" },
        { "_RC3foo.llvm.9D1C9369", "foo" },
        { "_RC3foo.llvm.9D1C9369@@16", "foo" },
        { "_RNvC9backtrace3foo.llvm.A5310EB9", "backtrace::foo" },
        { "_RIC0KRe616263_E", "::<\"abc\">" },
        { "_RIC0KRAhb_hc_EE", "::<{&[11, 12]}>" },
        { "_RIC0KTjb_a1_EE", "::<{(11, 1)}>" },
        { "_RIC0KTb1_EE", "::<{(true,)}>" },
        { "_RIC0KVNvC1a1BUE", "::<{a::B}>" },
        { "_RIC0KVNtC1a1BTh1_EE", "::<{a::B(1)}>" },
        { "_RIC0KVNtC1a1BS1xh1_1yb0_EE", "::<{a::B { x: 1, y: false }}>" },
        { "_RINvC1a1bRL0_hE", "_RINvC1a1bRL0_hE" },
        { "_RINvC1a1bRhQSlAmj4_E", "a::b::<&u8, &mut [i32], [u32; 4]>" },
        { "_RINvC1a1bPxOyThETuzEFUKCjlEbFK14rust_intrinsicEuE", "a::b::<*const i64, *mut u64, (u8,), ((), !), unsafe extern \"C\" fn(usize, i32) -> bool, extern \"rust-intrinsic\" fn()>" },
        { "_RINvC1a1bFG_RL0_hEuE", "a::b::<for<'a> fn(&'a u8)>" },
        { "_RINvC1a1bDNtC1c1dNtC1e1fEL_E", "a::b::<dyn c::d + e::f>" },
        { "_RNvYhNtC1a1b1c", "<u8 as a::b>::c" },
        { "_RNSNvC1a1b6vtables_0", "_RNSNvC1a1b6vtables_0" },
        { "_RNSNvC1a1bs_6vtable", "a::b::{shim:vtable#1}" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_become_readable_or_stay_as_they_are(string mangled, string expected) =>
        Assert.Equal(expected, Demangler.Load("libdoes-not-exist.so.0").Demangle(mangled));

    [Theory]
    [InlineData("_R")]
    [InlineData("_RN")]
    [InlineData("_RNvC")]
    [InlineData("_RNvC6_123foo")]
    [InlineData("_RNvC6_123foo99bar")]
    [InlineData("_RNvC99999999999999999999a1b")]
    [InlineData("_RB_")]
    [InlineData("_RNvB0_1a")]
    [InlineData("_RNvCszzzzzzzzzzzzzzzzzzzzz_1a1b")]
    [InlineData("_RNvC1a1bxyz")]
    [InlineData("_R0NvC1a1b")]
    [InlineData("_RIC0Kb2_E")]
    [InlineData("_RIC0Kcd800_E")]
    [InlineData("_RIC0KRe6_E")]
    [InlineData("_Read")]
    [InlineData("_RMC0FGzzzzz_hEu")]
    public void What_is_no_such_name_stays_as_it_is(string name) => Assert.Equal(name, Demangler.Load().Demangle(name));

    [Fact]
    public void Control_and_formatting_characters_do_not_come_out()
    {
        // U+202E turns the rest of a line around.
        Assert.Equal("::<'\uFFFD'>", RustV0Demangler.Demangle("_RIC0Kc202e_E"));
        Assert.Equal("::<'\\u{1b}'>", RustV0Demangler.Demangle("_RIC0Kc1b_E"));
    }

    [Fact]
    public void Name_that_expands_exponentially_is_cut_quickly()
    {
        // Each tuple has the one before it twice: 2^100 units.
        var name = new StringBuilder("_RIC0TuuE");
        string last = "3_";
        for (int i = 0; i < 100; i++)
        {
            int position = name.Length - 2;
            name.Append("TB").Append(last).Append('B').Append(last).Append('E');
            last = Base62(position);
        }

        var clock = Stopwatch.StartNew();
        string? readable = RustV0Demangler.Demangle(name.Append('E').ToString());

        Assert.InRange(clock.ElapsedMilliseconds, 0, 2000);
        Assert.NotNull(readable);
        Assert.Equal(4096 + 3, readable.Length);
        Assert.EndsWith("...", readable, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_names_and_names_that_print_nothing_are_refused_quickly()
    {
        string deep = "_RIC0" + new string('R', 3000) + "hE";
        string nothing = "_R" + string.Concat(Enumerable.Repeat("Nv", 3000)) + "C0" + new string('0', 3000);
        string? first = "", second = "";
        var thread = new Thread(
            () =>
            {
                first = RustV0Demangler.Demangle(deep);
                second = RustV0Demangler.Demangle(nothing);
            },
            maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        Assert.Null(first);
        Assert.Null(second);
    }

    [Fact]
    public void Mutated_names_never_throw_or_print_control_characters()
    {
        string[] originals = [.. Names.Select(row => row.Data.Item1)];
        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            string original = originals[random.Next(originals.Length)];
            var name = new StringBuilder(original[..random.Next(2, original.Length + 1)]);
            for (int flips = random.Next(0, 4); flips > 0; flips--)
                name[random.Next(name.Length)] = random.Next(4) == 0 ? (char)random.Next(0x20, 0x7f) : original[random.Next(original.Length)];
            string? readable = RustV0Demangler.Demangle(name.ToString());
            Assert.False(readable?.Any(char.IsControl) ?? false);
            Assert.InRange(readable?.Length ?? 0, 0, 4096 + 3);
        }
    }

    private static string Base62(int value)
    {
        const string digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        var text = new StringBuilder("_");
        for (value--; ; value /= 62)
        {
            text.Insert(0, digits[value % 62]);
            if (value < 62)
                return text.ToString();
        }
    }
}
