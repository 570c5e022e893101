// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Rust;

/// <summary>The types that Rust v0 names have a letter for.</summary>
internal static class RustV0BasicTypes
{
    /// <summary>The type's name; null when the letter is none's.</summary>
    internal static string? Find(char tag) => tag switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        'p' => "_",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        _ => null,
    };
}
