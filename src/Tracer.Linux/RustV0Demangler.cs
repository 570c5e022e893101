// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux;

/// <summary>
/// Writes out names in rustc's v0 mangling (RFC 2603, and the constants that came later), the way Rust's own tools do without hashes. Names come
/// from files of observed processes and may refer back to earlier parts without end: depth, steps and output are bounded.
/// </summary>
internal sealed class RustV0Demangler
{
    private const string Prefix = "_R";
    private const int MaxDepth = 128;
    private const int MaxSteps = 20_000;
    private const int MaxText = 4096;
    private const ulong MaxLifetimes = 64;
    private const string Cut = "...";

    private readonly RustV0Reader _name;
    private readonly StringBuilder _text = new();
    private int _depth;
    private int _steps;
    private int _silence;
    private ulong _boundLifetimes;

    private RustV0Demangler(RustV0Reader name) => _name = name;

    private bool IsOver => _name.HasFailed || _text.Length >= MaxText;

    /// <summary>The readable form; null when this is no such name, or one beyond the bounds.</summary>
    internal static string? Demangle(string mangled)
    {
        if (!mangled.StartsWith(Prefix, StringComparison.Ordinal) || mangled.Length <= Prefix.Length || !Ascii.IsValid(mangled))
            return null;
        // A vendor's suffix is no part of the name: .llvm.1234
        int suffix = mangled.AsSpan().IndexOfAny('.', '$');
        string name = suffix < 0 ? mangled : mangled[..suffix];
        // A version of the mangling would be here; there has been none.
        if (name.Length <= Prefix.Length || !char.IsAsciiLetterUpper(name[Prefix.Length]))
            return null;

        var demangler = new RustV0Demangler(new RustV0Reader(name[Prefix.Length..]));
        demangler.Path(inValue: true);
        StringBuilder text = demangler._text;
        if (text.Length >= MaxText)
            return ControlText.Sanitize(text.ToString(0, MaxText)) + Cut;
        demangler.InstantiatingCrate();
        return demangler._name.HasFailed ? null : ControlText.Sanitize(text.ToString());
    }

    private void InstantiatingCrate()
    {
        if (_name.Peek != RustV0Reader.End)
        {
            _silence++;
            Path(inValue: false);
            _silence--;
        }

        if (_name.Peek != RustV0Reader.End)
            _name.Fail();
    }

    private void Path(bool inValue)
    {
        if (!Enter())
            return;
        switch (_name.Take())
        {
            case 'C':
                _name.TakeOptionalBase62('s');
                Write(_name.TakeIdentifier());
                break;
            case 'N':
                NestedPath(inValue);
                break;
            case 'M':
                ImplementationPath();
                Qualified(hasTrait: false);
                break;
            case 'X':
                ImplementationPath();
                Qualified(hasTrait: true);
                break;
            case 'Y':
                Qualified(hasTrait: true);
                break;
            case 'I':
                Path(inValue);
                Write(inValue ? "::<" : "<");
                List(GenericArgument);
                Write(">");
                break;
            case 'B':
                Reference(() => Path(inValue));
                break;
            default:
                _name.Fail();
                break;
        }

        _depth--;
    }

    private void NestedPath(bool inValue)
    {
        char kind = _name.Take();
        if (!char.IsAsciiLetter(kind))
            _name.Fail();
        Path(inValue);
        ulong index = _name.TakeOptionalBase62('s');
        string name = _name.TakeIdentifier();
        if (char.IsAsciiLetterLower(kind))
        {
            Write(name.Length > 0 ? "::" + name : "");
            return;
        }

        string what = kind switch { 'C' => "closure", 'S' => "shim", _ => kind.ToString() };
        Write($"::{{{what}{(name.Length > 0 ? ":" : "")}{name}#{index.ToString(CultureInfo.InvariantCulture)}}}");
    }

    // Where the implementation stands; the type says enough.
    private void ImplementationPath()
    {
        _name.TakeOptionalBase62('s');
        _silence++;
        Path(inValue: false);
        _silence--;
    }

    private void Qualified(bool hasTrait)
    {
        Write("<");
        Type();
        if (hasTrait)
        {
            Write(" as ");
            Path(inValue: false);
        }

        Write(">");
    }

    private void GenericArgument()
    {
        if (_name.TryTake('L'))
            Lifetime(_name.TakeBase62());
        else if (_name.TryTake('K'))
            Constant(inValue: false);
        else
            Type();
    }

    private void Type()
    {
        if (!Enter())
            return;
        char tag = _name.Peek;
        if (BasicType(tag) is { } basic)
        {
            _name.Take();
            Write(basic);
        }
        else if (tag is 'C' or 'N' or 'M' or 'X' or 'Y' or 'I')
        {
            Path(inValue: false);
        }
        else
        {
            _name.Take();
            ComposedType(tag);
        }

        _depth--;
    }

    private void ComposedType(char tag)
    {
        switch (tag)
        {
            case 'R' or 'Q':
                Write("&");
                if (_name.TryTake('L') && _name.TakeBase62() is var lifetime and not 0)
                {
                    Lifetime(lifetime);
                    Write(" ");
                }

                Write(tag == 'Q' ? "mut " : "");
                Type();
                break;
            case 'P' or 'O':
                Write(tag == 'P' ? "*const " : "*mut ");
                Type();
                break;
            case 'A' or 'S':
                Write("[");
                Type();
                if (tag == 'A')
                {
                    Write("; ");
                    Constant(inValue: true);
                }

                Write("]");
                break;
            case 'T':
                Tuple(Type);
                break;
            case 'F':
                InBinder(Function);
                break;
            case 'D':
                DynamicTraits();
                break;
            case 'B':
                Reference(Type);
                break;
            default:
                _name.Fail();
                break;
        }
    }

    private void Function()
    {
        Write(_name.TryTake('U') ? "unsafe " : "");
        if (_name.TryTake('K'))
        {
            string convention = _name.TryTake('C') ? "C" : _name.TakeIdentifier().Replace('_', '-');
            Write($"extern \"{convention}\" ");
        }

        Write("fn(");
        List(Type);
        Write(")");
        if (_name.TryTake('u'))
            return;
        Write(" -> ");
        Type();
    }

    private void DynamicTraits()
    {
        Write("dyn ");
        InBinder(() => List(DynamicTrait, " + "));
        if (!_name.TryTake('L'))
            _name.Fail();
        if (_name.TakeBase62() is var lifetime and not 0)
        {
            Write(" + ");
            Lifetime(lifetime);
        }
    }

    private void DynamicTrait()
    {
        bool isOpen = OpenPath();
        while (_name.TryTake('p') && !IsOver)
        {
            Write(isOpen ? ", " : "<");
            isOpen = true;
            Write(_name.TakeIdentifier() + " = ");
            Type();
        }

        Write(isOpen ? ">" : "");
    }

    // Leaves the angle bracket open, for associated types to follow.
    private bool OpenPath()
    {
        bool isOpen = false;
        if (!Enter())
            return isOpen;
        if (_name.TryTake('B'))
        {
            Reference(() => isOpen = OpenPath());
        }
        else if (_name.TryTake('I'))
        {
            Path(inValue: false);
            Write("<");
            List(GenericArgument);
            isOpen = true;
        }
        else
        {
            Path(inValue: false);
        }

        _depth--;
        return isOpen;
    }

    private void Constant(bool inValue)
    {
        if (!Enter())
            return;
        char tag = _name.Take();
        if (RustV0Constants.TryRead(tag, _name, out string simple))
            Write(simple);
        else if (tag == 'B')
            Reference(() => Constant(inValue));
        else
            ComposedConstant(tag, inValue);
        _depth--;
    }

    private void ComposedConstant(char tag, bool inValue)
    {
        if (tag == 'R' && _name.TryTake('e'))
        {
            Write(RustV0Constants.ReadText(_name));
            return;
        }

        // As a generic argument an expression needs braces.
        Write(inValue ? "" : "{");
        switch (tag)
        {
            case 'e':
                Write("*" + RustV0Constants.ReadText(_name));
                break;
            case 'R' or 'Q':
                Write(tag == 'R' ? "&" : "&mut ");
                Constant(inValue: true);
                break;
            case 'A':
                Write("[");
                List(ConstantInValue);
                Write("]");
                break;
            case 'T':
                Tuple(ConstantInValue);
                break;
            case 'V':
                Path(inValue: true);
                ConstantFields();
                break;
            default:
                _name.Fail();
                break;
        }

        Write(inValue ? "" : "}");
    }

    private void ConstantFields()
    {
        switch (_name.Take())
        {
            case 'U':
                break;
            case 'T':
                Write("(");
                List(ConstantInValue);
                Write(")");
                break;
            case 'S':
                Write(" { ");
                List(NamedConstant);
                Write(" }");
                break;
            default:
                _name.Fail();
                break;
        }
    }

    private void ConstantInValue() => Constant(inValue: true);

    private void NamedConstant()
    {
        _name.TakeOptionalBase62('s');
        Write(_name.TakeIdentifier() + ": ");
        Constant(inValue: true);
    }

    private void Tuple(Action item)
    {
        Write("(");
        Write(List(item) == 1 ? ",)" : ")");
    }

    private int List(Action item, string separator = ", ")
    {
        int count = 0;
        for (; !IsOver && !_name.TryTake('E'); count++)
        {
            Write(count > 0 ? separator : "");
            item();
        }

        return count;
    }

    private void InBinder(Action inner)
    {
        ulong bound = _name.TakeOptionalBase62('G');
        if (bound > MaxLifetimes)
        {
            _name.Fail();
            return;
        }

        for (ulong i = 0; i < bound; i++)
        {
            Write(i == 0 ? "for<" : ", ");
            _boundLifetimes++;
            Lifetime(1);
        }

        Write(bound > 0 ? "> " : "");
        inner();
        _boundLifetimes -= bound;
    }

    // 0 is erased, 1 the innermost that is bound.
    private void Lifetime(ulong index)
    {
        const int letters = 26;
        if (index == 0)
        {
            Write("'_");
            return;
        }

        if (index > _boundLifetimes)
        {
            _name.Fail();
            return;
        }

        ulong depth = _boundLifetimes - index;
        Write(depth < letters ? $"'{(char)('a' + depth)}" : string.Create(CultureInfo.InvariantCulture, $"'_{depth}"));
    }

    private void Reference(Action target)
    {
        int self = _name.Position - 1;
        ulong where = _name.TakeBase62();
        if (_name.HasFailed || where >= (ulong)self)
        {
            _name.Fail();
            return;
        }

        // What nobody will see need not be looked up.
        if (_silence > 0)
            return;
        int back = _name.Position;
        _name.Position = (int)where;
        target();
        _name.Position = back;
    }

    private bool Enter()
    {
        if (IsOver)
            return false;
        if (++_depth <= MaxDepth && ++_steps <= MaxSteps)
            return true;
        _name.Fail();
        return false;
    }

    private void Write(string text)
    {
        if (_silence == 0 && !IsOver)
            _text.Append(text);
    }

    private static string? BasicType(char tag) => tag switch
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
