	.text
	.globl	_start
	.type	_start, @function
_start:
	ret
	.size	_start, . - _start
