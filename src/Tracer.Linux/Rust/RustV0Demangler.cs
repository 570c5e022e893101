// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Rust;

/// <summary>
/// Writes out names in rustc's v0 mangling (RFC 2603, and the constants that came later), the way Rust's own tools do without hashes. Names come
/// from files of observed processes and may refer back to earlier parts without end: depth, steps and output are bounded.
/// </summary>
internal sealed class RustV0Demangler
{
    private const string Prefix = "_R";
    private const int MaxDepth = 128;
    private const int MaxSteps = 20_000;
    private const ulong MaxLifetimes = 64;

    private readonly RustV0Reader _name;
    private readonly RustV0Output _output = new();
    private readonly RustV0ComposedConstants _constants;
    private int _depth;
    private int _steps;

    private RustV0Demangler(RustV0Reader name)
    {
        _name = name;
        _constants = new RustV0ComposedConstants(name, _output, this);
    }

    private bool IsOver => _name.HasFailed || _output.IsFull;

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
        if (!demangler._output.IsFull)
            demangler.InstantiatingCrate();
        return demangler._name.HasFailed && !demangler._output.IsFull ? null : demangler._output.ToString();
    }

    private void InstantiatingCrate()
    {
        if (_name.Peek != RustV0Reader.End)
            _output.Silently(() => Path(inValue: false));

        if (_name.Peek != RustV0Reader.End)
            _name.Fail();
    }

    internal void Path(bool inValue)
    {
        if (!Enter())
            return;
        switch (_name.Take())
        {
            case 'C':
                _name.TakeOptionalBase62('s');
                _output.Write(_name.TakeIdentifier());
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
                _output.Write(inValue ? "::<" : "<");
                List(GenericArgument);
                _output.Write(">");
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
            _output.Write(name.Length > 0 ? "::" + name : "");
            return;
        }

        string what = kind switch { 'C' => "closure", 'S' => "shim", _ => kind.ToString() };
        _output.Write($"::{{{what}{(name.Length > 0 ? ":" : "")}{name}#{index.ToString(CultureInfo.InvariantCulture)}}}");
    }

    // Where the implementation stands; the type says enough.
    private void ImplementationPath()
    {
        _name.TakeOptionalBase62('s');
        _output.Silently(() => Path(inValue: false));
    }

    private void Qualified(bool hasTrait)
    {
        _output.Write("<");
        Type();
        if (hasTrait)
        {
            _output.Write(" as ");
            Path(inValue: false);
        }

        _output.Write(">");
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
        if (RustV0BasicTypes.Find(tag) is { } basic)
        {
            _name.Take();
            _output.Write(basic);
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
                ReferenceType(isMutable: tag == 'Q');
                break;
            case 'P' or 'O':
                _output.Write(tag == 'P' ? "*const " : "*mut ");
                Type();
                break;
            case 'A' or 'S':
                ArrayType(hasLength: tag == 'A');
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

    private void ReferenceType(bool isMutable)
    {
        _output.Write("&");
        if (_name.TryTake('L') && _name.TakeBase62() is var lifetime and not 0)
        {
            Lifetime(lifetime);
            _output.Write(" ");
        }

        _output.Write(isMutable ? "mut " : "");
        Type();
    }

    private void ArrayType(bool hasLength)
    {
        _output.Write("[");
        Type();
        if (hasLength)
        {
            _output.Write("; ");
            Constant(inValue: true);
        }

        _output.Write("]");
    }

    private void Function()
    {
        _output.Write(_name.TryTake('U') ? "unsafe " : "");
        if (_name.TryTake('K'))
        {
            string convention = _name.TryTake('C') ? "C" : _name.TakeIdentifier().Replace('_', '-');
            _output.Write($"extern \"{convention}\" ");
        }

        _output.Write("fn(");
        List(Type);
        _output.Write(")");
        if (_name.TryTake('u'))
            return;
        _output.Write(" -> ");
        Type();
    }

    private void DynamicTraits()
    {
        _output.Write("dyn ");
        InBinder(() => List(DynamicTrait, " + "));
        if (!_name.TryTake('L'))
            _name.Fail();
        if (_name.TakeBase62() is var lifetime and not 0)
        {
            _output.Write(" + ");
            Lifetime(lifetime);
        }
    }

    private void DynamicTrait()
    {
        bool isOpen = OpenPath();
        while (_name.TryTake('p') && !IsOver)
        {
            _output.Write(isOpen ? ", " : "<");
            isOpen = true;
            _output.Write(_name.TakeIdentifier() + " = ");
            Type();
        }

        _output.Write(isOpen ? ">" : "");
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
            _output.Write("<");
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

    internal void Constant(bool inValue)
    {
        if (!Enter())
            return;
        char tag = _name.Take();
        if (RustV0Constants.TryRead(tag, _name, out string simple))
            _output.Write(simple);
        else if (tag == 'B')
            Reference(() => Constant(inValue));
        else
            _constants.Read(tag, inValue);
        _depth--;
    }

    internal void Tuple(Action item)
    {
        _output.Write("(");
        _output.Write(List(item) == 1 ? ",)" : ")");
    }

    internal int List(Action item, string separator = ", ")
    {
        int count = 0;
        for (; !IsOver && !_name.TryTake('E'); count++)
        {
            _output.Write(count > 0 ? separator : "");
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

        _output.Bind(bound, inner);
    }

    private void Lifetime(ulong index)
    {
        if (!_output.TryWriteLifetime(index))
            _name.Fail();
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
        if (_output.IsSilent)
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
}
